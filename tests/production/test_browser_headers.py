"""What browsers are told arrives once, whether gunicorn or nginx answers."""

from contextlib import closing
from http.client import HTTPConnection

import pytest

FROM_BOTH = {
    "Content-Security-Policy",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
EVERYWHERE = {*FROM_BOTH, "Cache-Control", "Strict-Transport-Security", "X-Request-ID"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/health", 200),
        ("/api/v1/backups", 401),
        ("/api/docs", 200),
        ("/metrics", 404),
        (f"/api/v1/backups?unknown={'x' * 8_100}", 414),
    ],
)
def test_each_header_comes_once(ask, path, status):
    answer = ask("GET", path)

    assert answer.status == status
    counts = {name: len(answer.headers.get_all(name, [])) for name in EVERYWHERE}
    assert counts == dict.fromkeys(EVERYWHERE, 1)


def test_nginx_says_the_same_as_the_application(ask):
    ours, theirs = ask("GET", "/nowhere"), ask("GET", "/metrics")

    assert (ours.status, theirs.status) == (404, 404)
    assert {name: theirs.headers[name] for name in FROM_BOTH} == {
        name: ours.headers[name] for name in FROM_BOTH
    }


@pytest.mark.parametrize("path", ["/api/v1/health", "/metrics"])
def test_no_version_of_any_software_is_told(ask, path):
    headers = ask("GET", path).headers

    assert headers.get_all("Server") == ["nginx"]
    assert {"X-Powered-By", "Via"} & set(headers.keys()) == set()


def test_gunicorn_itself_tells_no_version(gunicorn):
    with closing(HTTPConnection("127.0.0.1", gunicorn.port, timeout=120)) as connection:
        connection.request("GET", "/api/v1/health/live")
        headers = connection.getresponse().headers

    assert headers.get_all("Server") == ["gunicorn"]
