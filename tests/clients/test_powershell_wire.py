"""The bytes that the PowerShell module sends, posted as they are to a real server.

`wire/` holds what ConvertTo-Json -Compress makes of the module's fields: 5.1 escapes `&`, `'`, `<`
and `>`, 7 does not. The bytes were written by hand, not by PowerShell.
"""

import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.backups.models import Execution
from tests.support.house import queue_run
from tests.support.powershell import functions

WIRE = Path(__file__).with_name("wire")
TEXT = "Datei 'Bücher & Pläne': größer als <4 GiB>\r\n日本語 💾"
BEATS = ("heartbeat.json", "heartbeat-least.json")
SENT = {function.name: function.text for function in functions()}


def post(url, key, body):
    """The module's own headers, and no others that say anything."""
    headers = {"X-API-Key": key, "Content-Type": "application/json; charset=utf-8"}
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def wire(name, job_id=17):
    return (WIRE / name).read_bytes().replace(b'"job_id":17', b'"job_id":%d' % job_id)


@pytest.mark.parametrize("name", ["status-5.1.json", "status-7.json"])
def test_a_status_arrives_as_it_was_meant(server, reporter, cast, name):
    job = cast.create_job(backup_tool="veeam")

    status, answer = post(f"{server}/api/backup/status", reporter.key, wire(name, job.id))

    (row,) = cast.rows(Execution)
    assert (status, answer["execution_id"]) == (201, row.id)
    assert (row.status, row.error_message) == ("warning", TEXT)
    assert (row.backup_size_bytes, row.duration_seconds) == (5368709120, 300.52)
    assert row.execution_date == datetime(2026, 11, 20, 1, 0, 0, 123456, UTC)
    assert not row.encoding_repaired


def test_the_least_status_arrives(server, reporter, cast):
    job = cast.create_job(backup_tool="veeam")

    status, _ = post(f"{server}/api/backup/status", reporter.key, wire("status-least.json", job.id))

    assert status == 201
    assert [row.status for row in cast.rows(Execution)] == ["success"]


def test_a_status_that_is_sent_again_from_the_spool_stays_one(server, reporter, cast):
    """The module cannot know whether a post without an answer has arrived."""
    job = cast.create_job(backup_tool="veeam")
    body = wire("status-7.json", job.id)

    first = post(f"{server}/api/backup/status", reporter.key, body)
    again = post(f"{server}/api/backup/status", reporter.key, body)

    assert again[1]["execution_id"] == first[1]["execution_id"]
    assert len(cast.rows(Execution)) == 1


def test_a_refusal_has_the_code_by_which_the_module_puts_it_aside(server, reporter, cast):
    status, answer = post(f"{server}/api/backup/status", reporter.key, wire("status-7.json", 999))

    assert (status, answer["success"], answer["error"]["code"]) == (404, False, "JOB_NOT_FOUND")
    assert cast.rows(Execution) == []


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("complete-success.json", "success", None),
        ("complete-warning.json", "warning", "TOOL_WARNED"),
        ("complete-failed-5.1.json", "failed", "SOURCE_NOT_FOUND"),
        # Nobody had asked for it.
        ("complete-cancelled.json", "failed", "RUNNER_STOPPED"),
    ],
)
def test_a_run_is_claimed_kept_alive_and_told(server, operator, cast, name, status, code):
    job = cast.create_job(runner="branch-office", backup_tool="veeam")
    key = cast.runner().key
    execution_id = queue_run(operator, job)
    run = f"{server}/api/v1/executions/{execution_id}"

    claimed = post(f"{server}/api/v1/runners/claim", key, wire("claim.json"))
    beats = [post(f"{run}/heartbeat", key, wire(beat)) for beat in BEATS]
    ended = post(f"{run}/complete", key, wire(name))

    assert (claimed[0], claimed[1]["data"]["execution_id"]) == (200, execution_id)
    assert [(beat[0], beat[1]["data"]["cancel"]) for beat in beats] == [(200, False)] * 2
    assert (ended[0], ended[1]["data"]["status"]) == (200, status)
    (row,) = cast.rows(Execution)
    assert (row.status, row.error_code) == (status, code)


def test_what_the_module_reads_of_a_claim_is_in_it(server, operator, cast):
    job = cast.create_job(runner="branch-office", backup_tool="veeam", source_path="MAIL01")
    queue_run(operator, job)

    _, claimed = post(f"{server}/api/v1/runners/claim", cast.runner().key, wire("claim.json"))

    read = {name for text in SENT.values() for name in re.findall(r"\$Work\.(\w+)", text)}
    of_job = {name for text in SENT.values() for name in re.findall(r"\$Work\.job\.(\w+)", text)}
    assert read <= set(claimed["data"])
    assert of_job <= set(claimed["data"]["job"])
    assert claimed["data"]["job"]["source_path"] == "MAIL01"


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("status-7.json", "Send-HoldfastStatus"),
        ("claim.json", "Get-HoldfastWork"),
        ("heartbeat.json", "Send-HoldfastHeartbeat"),
    ],
)
def test_the_bytes_hold_the_fields_that_the_module_writes(name, function):
    text = SENT[function]
    literal = re.search(r"\[ordered\] @\{ (\w.*?) \}", text)
    written = set(re.findall(r"\$fields\['(\w+)'\]", text))
    written |= set(re.findall(r"(\w+) =", literal.group(1))) if literal else set()

    assert set(json.loads((WIRE / name).read_bytes())) == written
