"""Browsers of the origins that were named may call; others get no leave."""

import pytest

ORIGIN = "https://portal.example"
JOBS = "/api/v1/backups"


def preflight(caller, path, origin, method="PUT"):
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, if-match, idempotency-key",
    }
    caller.headers = {}
    return caller.call("OPTIONS", path, headers=headers)


@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/7", "/api/v1/auth/login"])
def test_a_preflight_of_a_named_origin_is_answered(path, prober):
    response = preflight(prober, path, ORIGIN)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "if-match", "idempotency-key"} <= set(allowed.split(", "))
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "http://portal.example", "null"])
def test_another_origin_gets_no_leave(origin, prober):
    response = preflight(prober, JOBS, origin)

    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(("path", "status"), [(JOBS, 200), (f"{JOBS}/1", 404)])
def test_a_browser_may_read_the_headers_that_matter(path, status, prober):
    response = prober.get(path, headers={"Origin": ORIGIN})

    assert response.status_code == status
    exposed = set(response.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Location", "X-Request-ID", "Retry-After"} <= exposed
    assert {f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset")} <= exposed


def test_a_refusal_can_be_read_too(prober):
    prober.headers = {}

    response = prober.get(JOBS, headers={"Origin": ORIGIN})

    assert response.status_code == 401
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_no_origin_is_let_in_unless_one_is_named(viewer):
    response = viewer.get(JOBS, headers={"Origin": ORIGIN})

    assert "Access-Control-Allow-Origin" not in response.headers
