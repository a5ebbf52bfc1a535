"""Backup scripts post by way of nginx and TLS, as Windows PowerShell 5.1 does; people see it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.over_tls import Person

WIRE = Path(__file__).parents[1] / "clients" / "wire" / "status-5.1.json"
TEXT = "Datei 'Bücher & Pläne': größer als <4 GiB>\r\n日本語 💾"
LASTED = timedelta(minutes=25)
# What 5.1 sends of a text that nobody encoded: the bytes of its own code page.
OF_ITS_CODE_PAGE = '{{"job_id": {job}, "status": "failed", "error_message": "Zugriff für Müller"}}'


@pytest.fixture
def script(deployment, key):
    """A script with its key, as the older ones send it."""
    return Person(deployment.proxy, {"Authorization": f"Bearer {key('reporter')}"})


def test_the_bytes_of_powershell_arrive_as_they_were_meant(admin, new_job, script):
    job = new_job("Mail server", backup_tool="veeam")["id"]
    body = WIRE.read_bytes().replace(b'"job_id":17', b'"job_id":%d' % job)

    answer = script.call("POST", "/api/backup/status", body)

    assert answer.status == 201, answer.text
    run = admin.get(f"/api/v1/executions/{answer.json['execution_id']}")
    assert (run["job_id"], run["status"], run["error_message"]) == (job, "warning", TEXT)
    assert (run["backup_size_bytes"], run["duration_seconds"]) == (5368709120, 300.52)
    assert admin.get(f"/api/v1/backups/{job}")["last_result"] == "warning"


def test_the_pair_of_posts_of_one_run_is_one_execution_and_its_failure_an_alert(
    admin, new_job, script
):
    job = new_job("File server", backup_tool="veeam")["id"]
    update = OF_ITS_CODE_PAGE.format(job=job).encode("cp1252")
    ended = datetime.now(UTC)
    times = {"start_time": (ended - LASTED).isoformat(), "end_time": ended.isoformat()}
    record = {"job_id": job, "status": "failed", "backup_size": 7, **times}

    first = script.call("POST", "/api/backup/update-status", update)
    second = script.call("POST", "/api/backup/record-execution", record)

    assert (first.status, second.status) == (201, 201), first.text + second.text
    assert second.json["execution_id"] == first.json["execution_id"]
    (run,) = admin.get(f"/api/v1/backups/{job}/executions")
    assert (run["status"], run["error_message"]) == ("failed", "Zugriff für Müller")
    assert (run["encoding_repaired"], run["backup_size_bytes"]) == (True, 7)
    alerts = f"/api/v1/alerts?type=backup.failed&backup_id={job}"
    admin.await_that(alerts, lambda rows: [row["status"] for row in rows] == ["open"])
    last = script.call("GET", f"/api/backup/jobs/{job}/last-execution")
    assert last.status == 200


def test_what_cannot_be_read_is_kept_for_somebody_to_look_at(admin, script):
    answer = script.call("POST", "/api/backup/status", b'{"job_id": 1, "execution_result"')

    assert answer.status == 400
    assert answer.json["success"] is False
    reports = admin.get("/api/v1/rejected-reports?sort=-received_at")
    assert reports[0]["code"] == answer.json["error"]["code"]
