"""What callers do all day, over TLS and through nginx to gunicorn in production."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.audit.models import AuditRow
from app.backups.models import Execution
from tests.support.cast import PASSWORD

LONG_SECONDS = 60


def test_a_sign_in_gives_a_token_that_is_good_for_the_next_request(ask, cast):
    user = cast.user("viewer")
    body = json.dumps({"username": user.username, "password": PASSWORD}).encode()

    signed_in = ask("POST", "/api/v1/auth/login", body)
    token = signed_in.json["data"]["access_token"]
    me = ask("GET", "/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})

    assert (signed_in.status, me.status) == (200, 200)
    assert me.json["data"]["username"] == user.username


def test_a_status_that_waits_for_100_continue_lands(proxy, cast, reporter):
    """Windows PowerShell 5.1 sends the headers and waits for leave to send the body."""
    job = cast.create_job(backup_tool="veeam")
    body = json.dumps({"job_id": job.id, "execution_result": "success"}).encode()
    head = (
        f"POST /api/backup/status HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {reporter.key}\r\n"
        "Content-Type: application/json\r\nExpect: 100-continue\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=120) as plain:
        with proxy.trust().wrap_socket(plain, server_hostname="localhost") as channel:
            channel.sendall(head.encode())
            leave = channel.recv(1024)
            channel.sendall(body)
            answer = b"".join(iter(lambda: channel.recv(4096), b""))

    assert leave == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert [(row.job_id, row.status) for row in cast.rows(Execution)] == [(job.id, "success")]


def test_an_answer_that_takes_a_minute_arrives(ask, cast, locked_jobs):
    cast.create_job(name="Patient")
    caller = cast.caller("viewer")

    with ThreadPoolExecutor(1) as pool:
        with locked_jobs():
            answer = pool.submit(
                ask, "GET", "/api/v1/backups", headers=caller.headers, seconds=LONG_SECONDS + 60
            )
            time.sleep(LONG_SECONDS)
            is_waiting = not answer.done()
        listed = answer.result()

    assert is_waiting
    assert listed.status == 200
    assert [job["name"] for job in listed.json["data"]] == ["Patient"]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X_Forwarded_For"])
def test_an_address_that_the_caller_claims_is_not_believed(ask, cast, name):
    claim = "for=192.0.2.7" if name == "Forwarded" else "192.0.2.7"
    body = json.dumps({"username": "nobody", "password": "wrong as it can be"}).encode()

    refused = ask("POST", "/api/v1/auth/login", body, headers={name: claim})

    assert refused.status == 401
    # Another request of this deployment may be refused meanwhile: one whose caller has gone.
    rows = [row for row in cast.rows(AuditRow) if row.trace_id == refused.headers["X-Request-ID"]]
    assert [row.address for row in rows] == ["127.0.0.1"]


def test_a_key_bound_to_other_networks_stays_bound_whatever_the_caller_claims(ask, cast):
    key = cast.key_caller("viewer", allowed_networks=["192.0.2.0/24"])

    refused = ask("GET", "/api/v1/backups", headers={**key.headers, "X-Forwarded-For": "192.0.2.7"})

    assert refused.status == 403
    assert refused.json["details"] == {"address": ["127.0.0.1 is not allowed."]}


@pytest.mark.parametrize(("length", "status"), [(6_000, 400), (8_100, 414)])
def test_a_long_query_is_refused_in_the_envelope(ask, viewer, length, status):
    path = f"/api/v1/backups?unknown={'x' * length}"

    refused = ask("GET", path, headers=viewer.headers)

    assert refused.status == status
    assert refused.json["success"] is False
    assert refused.json["meta"]["trace_id"] == refused.headers["X-Request-ID"]


def test_the_documentation_comes_with_its_policy_and_its_files(ask):
    page = ask("GET", "/api/docs")
    script = ask("GET", "/api/docs/files/swagger-ui-bundle.js")

    nonce = page.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    assert (page.status, script.status) == (200, 200)
    assert f'<script nonce="{nonce}">' in page.text
