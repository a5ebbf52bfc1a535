"""What a caller sends begins no line of its own: not in the application's log, nor in nginx's."""

import json
import socket

import pytest

from tests.support.processes import wait_until

FORGED = '{"event": "forged"}'
PATH = f"/api/v1/%0d%0a{FORGED.replace(' ', '%20')}%1b%5b2J%e2%80%a8"


def exchange(channel, request):
    """The first bytes of the answer to what no client would send."""
    channel.sendall(request)
    return channel.recv(4096)


def test_a_line_of_the_application_is_one_json_object(gunicorn):
    """Also where gunicorn itself turns a request away, which never is the application's."""
    before = len(gunicorn.child.output())
    address = ("127.0.0.1", gunicorn.port)
    with socket.create_connection(address, timeout=120) as channel:
        told = exchange(channel, f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    with socket.create_connection(address, timeout=120) as channel:
        refused = exchange(channel, f"GET /\x1b[2J{FORGED} HTTP/9.9\r\n\r\n".encode())
    wait_until(lambda: lines_of(gunicorn, before) != [], seconds=120)

    lines = lines_of(gunicorn, before)
    assert (told[:12], refused[:12]) == (b"HTTP/1.1 404", b"HTTP/1.1 400")
    assert [line for line in lines if json.loads(line).get("event") == "forged"] == []
    assert [line for line in lines if "\x1b" in line or not line.isascii()] == []


def lines_of(web, before):
    """Whole lines about it; the last one may still be being written."""
    told = web.child.output()[before:].rpartition("\n")[0]
    return [line for line in told.split("\n") if "forged" in line]


@pytest.mark.parametrize("name", ["User-Agent", "Referer"])
def test_a_line_of_nginxs_log_is_one_line(proxy, ask, name):
    log = proxy.certificate.with_name("access.log")

    def lines():
        return [line for line in log.read_bytes().split(b"\n") if f"by-{name}".encode() in line]

    ask("GET", f"{PATH}by-{name}", headers={name: f'" 200 {FORGED}\x1b[2J'})
    wait_until(lambda: lines() != [], seconds=120)

    (line,) = lines()
    assert b"\x1b" not in line
    assert line.count(b"forged") == 2
    assert b'" 200 {' not in line
