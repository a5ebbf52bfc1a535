"""Each request has a trace id and one log line, and neither tells a secret."""

import json

import pytest

from app.audit.models import AuditRow
from tests.support.cast import PASSWORD

JOBS = "/api/v1/backups"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def request_lines(capsys):
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] == "request"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Request-ID": "my.trace_1-A"}, "my.trace_1-A"),
        ({"X-Request-ID": "x" * 128}, "x" * 128),
        ({"traceparent": PARENT}, TRACE),
        ({"X-Request-ID": "mine", "traceparent": PARENT}, "mine"),
        ({"X-Request-ID": "not good!", "traceparent": PARENT}, TRACE),
    ],
)
def test_the_callers_trace_id_is_kept(headers, expected, viewer):
    response = viewer.get(JOBS, headers=headers)

    assert response.headers["X-Request-ID"] == expected
    assert response.json["meta"]["trace_id"] == expected


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "é", "a\tb", "<script>"])
def test_else_one_is_made(sent, viewer):
    first = viewer.get(JOBS, headers={"X-Request-ID": sent}).headers["X-Request-ID"]
    second = viewer.get(JOBS, headers={"X-Request-ID": sent}).headers["X-Request-ID"]

    assert len(first) == len(second) == 32
    assert first != second


def test_a_request_is_one_line_with_who_and_what(viewer, capsys):
    capsys.readouterr()

    viewer.get(f"{JOBS}?search=x", headers={"X-Request-ID": "t-1"})

    (line,) = request_lines(capsys)
    assert (line["trace_id"], line["method"], line["path"]) == ("t-1", "GET", JOBS)
    assert (line["status"], line["actor"]) == (200, viewer.actor.key)
    assert line["duration_seconds"] > 0


def test_the_next_request_does_not_inherit_the_trace(viewer, capsys):
    viewer.get(JOBS, headers={"X-Request-ID": "t-1"})
    capsys.readouterr()

    viewer.get(JOBS)

    assert "t-1" not in capsys.readouterr().out


@pytest.mark.parametrize("path", [JOBS, "/api/v1/nothing", f"{JOBS}/1"])
def test_a_refusal_is_one_line_too(path, anonymous, capsys):
    capsys.readouterr()

    response = anonymous.get(path)

    (line,) = request_lines(capsys)
    assert (line["status"], line["actor"]) == (response.status_code, None)


def test_a_write_has_its_trace_in_the_audit_log(operator, job, cast):
    operator.put(f"{JOBS}/{job.id}", {"name": "Renamed"}, headers={"X-Request-ID": "t-3"})

    assert [row.trace_id for row in cast.rows(AuditRow)] == ["t-3"]


def test_no_password_token_or_key_is_logged(admin, anonymous, cast, capsys):
    cast.user("viewer", username="ada")
    body = {"username": "ada", "password": PASSWORD}
    pair = anonymous.post("/api/v1/auth/login", body).json["data"]
    key = admin.post("/api/v1/auth/api-keys", {"name": "k", "role": "viewer"}).json["data"]["key"]
    anonymous.post("/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]})
    anonymous.get("/api/v1/auth/me", headers={"X-API-Key": key})
    anonymous.get(f"/api/v1/auth/me?api_key={key}", headers={"X-API-Key": key})

    told = capsys.readouterr().out
    secrets = [PASSWORD, pair["access_token"], pair["refresh_token"], key.rpartition("_")[2]]
    assert [secret for secret in secrets if secret in told] == []


def test_answers_are_not_to_be_kept_or_guessed_at(viewer):
    response = viewer.get(JOBS)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
