"""What nginx refuses by itself: in the application's envelope, under the application's codes."""

import re
import socket

import pytest

from app.core.errors import DomainError
from tests.support.processes import free_port
from tests.support.proxy import SHIPPED, running_proxy

LIMIT = 1024 * 1024
FAR = 8 * LIMIT
HSTS = "max-age=31536000"


@pytest.mark.parametrize("length", [LIMIT + 1, FAR])
def test_a_body_too_large_is_413_in_the_envelope_whoever_refuses_it(ask, admin, length):
    sent = {**admin.headers, "X-Request-ID": "far-too-large"}

    refused = ask("POST", "/api/v1/backups", b" " * length, sent)

    assert refused.status == 413
    assert refused.headers["Content-Type"] == "application/json"
    assert refused.headers["Strict-Transport-Security"] == HSTS
    assert refused.headers["X-Request-ID"] == "far-too-large"
    assert refused.json == {
        "success": False,
        "error": "BODY_TOO_LARGE",
        "message": "The body is too large.",
        "details": {},
        "meta": {"trace_id": "far-too-large"},
    }


@pytest.mark.parametrize("length", [LIMIT + 1, FAR])
def test_a_script_reads_the_same_refusal_one_level_deeper(ask, reporter, length):
    refused = ask("POST", "/api/backup/status", b" " * length, reporter.headers)

    assert refused.status == 413
    assert refused.json["error"]["code"] == "BODY_TOO_LARGE"


def test_a_large_body_announced_with_100_continue_is_refused_before_it_is_sent(proxy):
    head = (
        "POST /api/backup/status HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        f"Content-Length: {FAR}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=120) as plain:
        with proxy.trust().wrap_socket(plain, server_hostname="localhost") as channel:
            channel.sendall(head.encode())
            answer = channel.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_without_an_upstream_the_answer_is_503_with_a_time_to_come_back(ask_another):
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with running_proxy(free_port()) as proxy:
        api = ask_another(proxy, "GET", "/api/v1/health", headers={"traceparent": traceparent})
        script = ask_another(proxy, "POST", "/api/backup/status?late=1", b"{}")

    assert (api.status, script.status) == (503, 503)
    assert (api.headers["Retry-After"], script.headers["Retry-After"]) == ("5", "5")
    assert (api.json["error"], script.json["error"]["code"]) == ("UNAVAILABLE", "UNAVAILABLE")
    assert api.json["meta"]["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert api.headers["X-Request-ID"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_trace_id_that_no_one_may_choose_does_not_reach_the_answer(ask_another):
    with running_proxy(free_port()) as proxy:
        refused = ask_another(proxy, "GET", "/", headers={"X-Request-ID": '"}, "x": {"'})

    assert re.fullmatch("[0-9a-f]{32}", refused.json["meta"]["trace_id"])


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/metrics"])
def test_the_numbers_for_monitoring_are_not_served_here(ask, path):
    refused = ask("GET", path)

    assert (refused.status, refused.json["error"]) == (404, "NOT_FOUND")
    assert refused.headers["Strict-Transport-Security"] == HSTS


def test_a_header_too_large_is_refused_in_the_envelope(ask):
    refused = ask("GET", "/api/v1/health", headers={"X-Long": "x" * 8_100})

    assert (refused.status, refused.json["error"]) == (400, "BAD_REQUEST")


def test_every_code_and_sentence_that_nginx_gives_is_one_of_the_application():
    text = SHIPPED.read_text()
    block = text.partition("$holdfast_error {")[2].partition("}")[0]
    codes = set(re.findall(r"^ +\w+ (\w+);$", block, re.MULTILINE))

    assert codes == {"BAD_REQUEST", "NOT_FOUND", "BODY_TOO_LARGE", "UNAVAILABLE"}
    assert codes <= codes_of(DomainError)


def codes_of(kind):
    return {kind.code}.union(*(codes_of(below) for below in kind.__subclasses__()))
