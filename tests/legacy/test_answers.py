"""Every answer under /api/backup is flat or nested as scripts expect, in ASCII, and dated."""

import json

import pytest

from app.backups.models import Execution
from app.core.extensions import limiter
from app.legacy.models import RejectedReport


def test_an_answer_is_ascii_with_its_charset_and_its_deprecation(send, veeam_job):
    response = send("status", {"job_id": veeam_job.id, "execution_result": "success"})

    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Deprecation"] == "@1795219200"
    assert response.headers["Link"] == '</api/docs>; rel="deprecation"'
    assert response.data.isascii()


def test_what_is_not_ascii_is_escaped(send, reporter, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "failed", "error_message": "Gerät fehlt"}
    send("status", body)

    response = reporter.get(f"/api/backup/jobs/{veeam_job.id}/last-execution")

    assert b"Ger\\u00e4t fehlt" in response.data
    assert json.loads(response.data)["error_message"] == "Gerät fehlt"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/backup", 404, "NOT_FOUND"),
        ("GET", "/api/backup/nothing", 404, "NOT_FOUND"),
        ("POST", "/api/backup/status/", 404, "NOT_FOUND"),
        ("GET", "/api/backup/status", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/backup/jobs/0/last-execution", 404, "NOT_FOUND"),
        ("GET", f"/api/backup/jobs/{2**63}/last-execution", 404, "NOT_FOUND"),
    ],
)
def test_an_address_that_is_not_there_answers_nested(reporter, method, path, status, code):
    response = reporter.call(method, path)

    assert response.status_code == status
    assert (response.json["success"], response.json["error"]["code"]) == (False, code)
    assert response.headers["Deprecation"] == "@1795219200"
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/backups/nothing", "/api/v1/nothing"])
def test_other_unknown_addresses_keep_the_normal_envelope(reporter, path):
    response = reporter.get(path)

    assert response.status_code == 404
    assert response.json["error"] == "NOT_FOUND"
    assert "Deprecation" not in response.headers


def test_a_body_over_the_limit_is_413(send, cast, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "failed", "error_message": "x" * 2**20}

    response = send("status", body)

    assert response.status_code == 413
    assert response.json["error"]["code"] == "BODY_TOO_LARGE"
    assert (cast.rows(Execution), cast.rows(RejectedReport)) == ([], [])


def test_another_type_than_json_is_415(send, cast):
    response = send("status", b"<job/>", "text/xml")

    assert response.status_code == 415
    assert response.json["error"]["code"] == "UNSUPPORTED_MEDIA_TYPE"
    assert cast.rows(RejectedReport) == []


@pytest.mark.parametrize("raw", [b"", b"job_id=7&status=success", b"[1]", b'{"a": 1, "a": 2}'])
def test_a_body_that_is_no_object_is_malformed(send, raw):
    response = send("status", raw, "application/x-www-form-urlencoded")

    assert response.status_code == 400
    assert response.json["error"]["code"] == "MALFORMED_JSON"


def test_too_many_posts_are_429_nested_with_retry_after(app, send, cast, veeam_job, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMIT_STATUS", "2 per minute")
    limiter.reset()
    body = {"job_id": veeam_job.id, "execution_result": "success"}

    answers = [send("status", body) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json["error"]["code"] == "RATE_LIMITED"
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert len(cast.rows(Execution)) == 1


def test_a_replayed_answer_is_the_same_answer(reporter, cast, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "success"}
    headers = {"Idempotency-Key": "a"}

    first, again = (reporter.post("/api/backup/status", body, headers=headers) for _ in range(2))

    assert again.status_code == 201
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Content-Type"] == "application/json; charset=utf-8"


def test_each_operation_is_documented_as_deprecated_and_with_its_errors(admin):
    document = admin.get("/api/v1/openapi.json").json

    operations = {
        path: operation
        for path, item in document["paths"].items()
        if path.startswith("/api/backup/")
        for method, operation in item.items()
        if method in ("get", "post")
    }
    assert len(operations) == 6
    assert all(operation["deprecated"] for operation in operations.values())
    posts = operations["/api/backup/status"]
    assert set(posts["responses"]) >= {"201", "400", "401", "403", "404", "413", "415", "429"}
    assert set(posts["responses"]["404"]["content"]["application/json"]["examples"]) == {
        "JOB_NOT_FOUND"
    }
    (media,) = posts["requestBody"]["content"].values()
    schema = document["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]
    assert sorted(schema["required"]) == ["execution_result", "job_id"]
