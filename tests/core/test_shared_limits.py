"""Two servers over one Redis: sign-ins are counted together and at once."""

import json
import urllib.error
import urllib.request

import pytest

from tests.support.cast import PASSWORD
from tests.support.web import running_web


@pytest.fixture
def servers(environ, redis_url, cast):
    """The addresses of two servers that allow three sign-ins a minute."""
    env = {**environ, "REDIS_URL": redis_url, "RATE_LIMIT_LOGIN": "3 per minute"}
    with running_web(env) as one, running_web(env) as two:
        yield [f"{web.url}/api/v1/auth/login" for web in (one, two)]


def sign_in(address, name):
    body = json.dumps({"username": name, "password": PASSWORD}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, body, headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers


def test_sign_ins_are_counted_over_all_servers(servers, cast):
    user = cast.user("viewer")

    answers = [sign_in(servers[n % 2], user.username) for n in range(5)]

    assert [status for status, _ in answers] == [200, 200, 200, 429, 429]
    left = [headers["X-RateLimit-Remaining"] for _, headers in answers]
    assert left == ["2", "1", "0", "0", "0"]
    assert 1 <= int(answers[-1][1]["Retry-After"]) <= 61
