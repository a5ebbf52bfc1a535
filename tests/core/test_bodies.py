"""What a body may be, over HTTP: strict JSON of a limited size."""

import io
import json

import pytest

from app.backups.models import BackupJob

PATH = "/api/v1/backups"
JOB = {"name": "Files", "source_path": "/x", "backup_type": "full", "schedule_type": "manual"}


def post(caller, raw, content_type="application/json", **options):
    return caller.call("POST", PATH, data=raw, content_type=content_type, **options)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"nonsense",
        b'{"name": NaN}',
        b'{"priority": Infinity}',
        b'{"priority": 1e999}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "\xff"}',
        b'{"name": "raw \x00 byte"}',
        b'{"name": "a"} {"name": "b"}',
        b'{"tags": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"[" * 100_000,
        b"\xef\xbb\xbf{",
    ],
)
def test_what_is_not_strict_json_is_400(raw, operator, cast):
    response = post(operator, raw)

    assert response.status_code == 400
    assert response.json["error"] == "MALFORMED_JSON"
    assert cast.rows(BackupJob) == []


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (rb'{"name": "a\u0000b"}', "name"),
        (rb'{"name": "\ud800"}', "name"),
        (rb'{"tags": ["a", "\udfff"]}', "tags.1"),
        (b'{"priority": 9223372036854775808}', "priority"),
        (b'{"priority": -' + b"9" * 5000 + b"}", "priority"),
        (b'{"priority": 1.5}', "priority"),
        (b'{"priority": true}', "priority"),
        (b'{"priority": "5"}', "priority"),
        (b'{"name": {"a": 1}}', "name"),
        (b'{"surprise": 1}', "surprise"),
        (b'{"tags": [[1]]}', "tags.0"),
        (b"[]", "_schema"),
        (b"null", "_schema"),
        (b'"text"', "_schema"),
    ],
)
def test_what_does_not_fit_names_its_field(raw, field, operator):
    response = post(operator, raw)

    assert response.status_code == 400
    assert response.json["error"] == "VALIDATION_ERROR"
    told = response.json["details"][field]
    assert all(isinstance(text, str) and len(text) > 5 for text in told)


def test_an_empty_body_names_what_is_missing(operator):
    response = post(operator, b"")

    assert response.status_code == 400
    assert "name" in response.json["details"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_another_media_type_is_415(kind, operator):
    response = post(operator, json.dumps(JOB).encode(), content_type=kind)

    assert response.status_code == 415
    assert response.json["error"] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.x+json"])
def test_json_by_another_spelling_is_taken(kind, operator, sources):
    body = {**JOB, "source_path": str(sources / "a"), "name": "Büro 🗂"}

    response = post(operator, json.dumps(body).encode(), content_type=kind)

    assert response.status_code == 201
    assert response.json["data"]["name"] == "Büro 🗂"


def test_a_body_over_the_limit_is_413(operator, app):
    response = post(operator, b" " * (app.config["MAX_CONTENT_LENGTH"] + 1))

    assert response.status_code == 413
    assert response.json["error"] == "BODY_TOO_LARGE"


def test_a_chunked_body_over_the_limit_is_413(operator, app):
    stream = io.BytesIO(b" " * (app.config["MAX_CONTENT_LENGTH"] + 1))

    response = operator.call(
        "POST",
        PATH,
        input_stream=stream,
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )

    assert response.status_code == 413
    assert response.json["error"] == "BODY_TOO_LARGE"


def test_a_sign_in_over_the_limit_is_413_before_it_is_counted(anonymous, app):
    raw = b" " * (app.config["MAX_CONTENT_LENGTH"] + 1)

    response = anonymous.post("/api/v1/auth/login", data=raw, content_type="application/json")

    assert response.status_code == 413
    assert response.json["error"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("surprise=1", "surprise"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=", "page"),
        ("page=1.5", "page"),
        ("page=" + "9" * 5000, "page"),
        ("page_size=101", "page_size"),
        ("per_page=0", "per_page"),
        ("page=1&page=2", "page"),
        ("search=a%00b", "search"),
        ("sort=password", "sort"),
        ("sort=--name", "sort"),
        ("sort=,", "sort"),
        ("count=some", "count"),
        ("is_active=maybe", "is_active"),
        ("cursor=a&page=1", "cursor"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(query, field, operator):
    response = operator.get(f"{PATH}?{query}")

    assert response.status_code == 400
    assert response.json["error"] == "VALIDATION_ERROR"
    assert field in response.json["details"]


def test_a_parameter_is_refused_where_none_is_taken(operator, job):
    response = operator.get(f"{PATH}/{job.id}?verbose=1")

    assert response.status_code == 400
    assert list(response.json["details"]) == ["verbose"]
