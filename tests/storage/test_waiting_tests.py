"""A test of a storage that says nothing: nobody else waits, and a change makes it worthless."""

import socket
import threading

import pytest

from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider
from tests.support.processes import wait_until
from tests.support.storage_servers.listening import answering

PROVIDERS = "/api/v1/storage/providers"


@pytest.fixture
def silent():
    """A server that takes connections and says nothing; the port, and who has come."""
    callers = []
    with answering(callers.append) as port:
        yield port, callers


def test_a_change_meanwhile_passes_and_makes_the_answer_worthless(
    app, operator, make, bucket_body, silent, cast, monkeypatch
):
    monkeypatch.setitem(app.config, "ALLOW_LOOPBACK_STORAGE", True)
    port, callers = silent
    url = f"sftp://acme@127.0.0.1:{port}/srv"
    server = {"provider_type": "sftp", "connection_string": url, "endpoint": None}
    made = make({**bucket_body, **server, "credentials": {"password": "x"}})
    answers = []
    other = cast.caller("operator")
    asker = threading.Thread(
        target=lambda: answers.append(other.post(f"/api/v1/storage/{made['id']}/test"))
    )
    asker.start()
    wait_until(lambda: bool(callers), seconds=60, what="the test has connected")

    response = operator.put(f"{PROVIDERS}/{made['id']}", {"name": "Renamed"})

    # Who hangs up ends the test, which else would wait for all of its time.
    callers[0].shutdown(socket.SHUT_RDWR)
    asker.join()
    assert response.status_code == 200
    assert answers[0].json["data"]["accessible"] is False
    with app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
        assert session.get_one(StorageProvider, made["id"]).is_online is None
    assert cast.events() == []
