"""Nobody begins a log line, or ends one, by what they send: one line a record, escaped."""

import json
import re

import pytest

from tests.support.cast import PASSWORD

# Line ends of ASCII and of Unicode, a terminal's orders, and what would end a JSON text.
FORGED = (
    '\r\n{"event": "forged", "level": "info"}\n\x1b[2J\x1b]0;x\x07\x85\u2028\u2029","event":"forged'
)
QUOTED = '","event":"forged","x":"'
JOBS = "/api/v1/backups"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]")
LOGIN = "/api/v1/auth/login"


@pytest.fixture
def lines(capsys):
    """Each line that was written since, which must be one JSON object in plain ASCII."""

    def read():
        told = capsys.readouterr().out
        assert told.isascii()
        assert CONTROL.search(told) is None
        return [json.loads(line) for line in told.split("\n") if line]

    capsys.readouterr()
    return read


def requests(found):
    """The lines of requests; no line is of an event that nobody logs."""
    assert [line for line in found if line["event"] == "forged"] == []
    assert {line["logger"] for line in found if line["event"] == "request"} <= {"request"}
    return [line for line in found if line["event"] == "request"]


def test_an_address_is_told_in_one_line(anonymous, lines):
    raw = f"/api/v1/{FORGED}".encode().decode("latin-1")

    anonymous.call("GET", "/", environ_overrides={"PATH_INFO": raw})

    (line,) = requests(lines())
    assert (line["status"], line["path"]) == (404, f"/api/v1/{FORGED}")


@pytest.mark.parametrize(
    "name",
    [
        *("X-Request-ID", "traceparent", "X-API-Key", "Authorization", "User-Agent", "Referer"),
        *("Idempotency-Key", "If-Match", "X-Forwarded-For", "Host", "Origin", "Content-Type"),
    ],
)
def test_no_header_adds_to_its_line(name, operator, job, lines):
    # Servers refuse line breaks in a header; what is left is quotes and a terminal's orders.
    sent = {name: f"{QUOTED}\x1b[2J\x85"}

    operator.post(f"{JOBS}/{job.id}/run", {}, headers=sent)

    (line,) = requests(lines())
    assert (line["method"], line["path"]) == ("POST", f"{JOBS}/{job.id}/run")
    assert QUOTED not in line["trace_id"]


def test_whoever_fails_to_sign_in_writes_no_line_of_their_own(anonymous, lines):
    for name in (FORGED, QUOTED, "\x1b[2J"):
        anonymous.post(LOGIN, {"username": name, "password": f"{PASSWORD}{FORGED}"})

    found = lines()
    assert [line["status"] for line in requests(found)] == [401, 401, 401]
    assert PASSWORD not in json.dumps(found)


@pytest.mark.parametrize("field", ["error_message", "source_system", FORGED, QUOTED])
def test_neither_does_a_script_with_its_report(field, reporter, cast, lines):
    job = cast.create_job(backup_tool="veeam")
    lines()

    answer = reporter.post(
        "/api/backup/status", {"job_id": job.id, "execution_result": "failed", field: FORGED}
    )

    (line,) = requests(lines())
    assert (line["status"], line["path"]) == (answer.status_code, "/api/backup/status")


@pytest.mark.parametrize(
    "name", [FORGED, "Finance\nFinance", "Finance\x1b[2J", "a\u2028b", "\u0085"]
)
def test_a_name_is_one_line_before_anybody_tells_it(name, operator, cast, lines):
    body = {"name": name, "location_type": "offsite", "media_type": "tape"}
    path = f"{JOBS}/{cast.create_job(backup_tool='veeam').id}/copies"
    lines()

    refused = operator.post(path, body)

    assert (refused.status_code, list(refused.json["details"])) == (400, ["name"])
    assert len(requests(lines())) == 1


def test_a_text_that_must_have_lines_keeps_them_out_of_the_log(operator, lines):
    task = {"title": "Swap the tapes", "priority": "high", "description": f"One\nTwo {QUOTED}"}

    made = operator.post("/api/v1/tasks", task)

    assert made.status_code == 201
    assert len(requests(lines())) == 1
