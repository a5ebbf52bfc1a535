"""From a failure that a script reports to a mail, by the scheduler alone."""

import pytest

from tests.support.house import house_process
from tests.support.mail import mail_server
from tests.support.processes import wait_until
from tests.support.storage_servers.listening import answering

CHANNELS = "/api/v1/notification-channels"


@pytest.fixture
def postmaster():
    with mail_server() as found:
        yield found


def test_a_failure_is_mailed_while_a_webhook_hangs(
    app, admin, cast, reporter, house, postmaster, monkeypatch
):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_WEBHOOKS", True)
    job = cast.create_job(name="Finance", backup_tool="veeam")
    callers = []

    def hang(connection):
        callers.append(connection)
        while connection.recv(65536):
            pass

    environ = {
        **house,
        "SMTP_URL": postmaster.url,
        "ALLOW_PRIVATE_WEBHOOKS": "true",
        "NOTIFY_GATHER_SECONDS": "0.2",
    }
    with answering(hang) as port:
        for name in ("a", "b"):
            body = {"name": name, "kind": "webhook", "url": f"http://127.0.0.1:{port}/"}
            assert admin.post(CHANNELS, body).status_code == 201
        ops = {"name": "c", "kind": "email", "recipients": ["ops@example.com"]}
        assert admin.post(CHANNELS, {**ops, "event_types": ["backup.*"]}).status_code == 201
        with house_process("scheduler", environ) as scheduler:
            reporter.post("/api/backup/status", {"job_id": job.id, "execution_result": "failed"})
            wait_until(
                lambda: len(postmaster.taken) == 1 and len(callers) >= 2,
                seconds=120,
                what="the failure is mailed",
                output=scheduler.output,
            )

    assert [mail["Subject"] for mail in postmaster.taken] == ["[Holdfast] [HIGH] Finance failed"]
    assert postmaster.recipients == [["ops@example.com"]]
