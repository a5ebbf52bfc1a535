"""Requests are counted by actor, else by address, and told what is left."""

import time

import pytest

from app.audit.models import AuditRow
from tests.support.cast import PASSWORD, Caller

JOBS = "/api/v1/backups"
LOGIN = "/api/v1/auth/login"
HEADERS = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]


@pytest.fixture
def limits(app, monkeypatch):
    for kind in ("READS", "WRITES", "LOGIN"):
        monkeypatch.setitem(app.config, f"RATE_LIMIT_{kind}", "3 per minute")


def test_each_answer_tells_what_is_left(limits, viewer):
    first, second = viewer.get(JOBS), viewer.get(JOBS)

    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == (
        "3",
        "2",
    )
    assert second.headers["X-RateLimit-Remaining"] == "1"
    left = int(second.headers["X-RateLimit-Reset"]) - time.time()
    assert 0 < left <= 61


def test_one_too_many_is_429_and_told_when_to_come_back(limits, viewer):
    answers = [viewer.get(JOBS) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.json["error"] == "RATE_LIMITED"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61


def test_each_actor_has_a_count_of_its_own(limits, viewer, operator):
    for _ in range(4):
        viewer.get(JOBS)

    assert operator.get(JOBS).status_code == 200


def test_reads_and_writes_are_counted_apart(limits, operator):
    for _ in range(4):
        operator.get(JOBS)

    response = operator.post(JOBS, {})

    assert response.status_code == 400
    assert response.headers["X-RateLimit-Remaining"] == "2"


def test_a_write_over_the_limit_changes_nothing(limits, operator, job):
    for _ in range(3):
        operator.post(JOBS, {})

    response = operator.delete(f"{JOBS}/{job.id}")

    assert response.status_code == 429
    assert operator.get(f"{JOBS}/{job.id}").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [(f"{JOBS}/1", 404), (f"{JOBS}?page=x", 400), (JOBS, 200)]
)
def test_refusals_are_limited_and_tell_so(path, status, limits, viewer):
    response = viewer.get(path)

    assert response.status_code == status
    assert [name for name in HEADERS if name in response.headers] == HEADERS


def test_without_credentials_the_address_is_counted(limits, anonymous, app):
    wrong = Caller(app.test_client(), {"Authorization": "Bearer wrong"})
    answers = [anonymous.get(JOBS), wrong.get(JOBS), anonymous.get(JOBS), wrong.get(JOBS)]

    elsewhere = anonymous.get(JOBS, environ_overrides={"REMOTE_ADDR": "192.0.2.9"})

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert [name for name in HEADERS if name in answers[0].headers] == HEADERS
    assert elsewhere.status_code == 401


def test_sign_ins_are_counted_by_address_and_name(limits, anonymous, cast):
    cast.user("viewer", username="ada")
    cast.user("viewer", username="eve")

    def sign_in(name, address="127.0.0.1"):
        body = {"username": name, "password": PASSWORD}
        options = {"environ_overrides": {"REMOTE_ADDR": address}}
        return anonymous.post(LOGIN, body, **options).status_code

    assert [sign_in(name) for name in ("ada", "ADA", " ada ", "ada")] == [200, 200, 200, 429]
    assert sign_in("eve") == 200
    assert sign_in("ada", "192.0.2.9") == 200


def test_health_is_not_limited(limits, anonymous):
    answers = [anonymous.get("/api/v1/health/live") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 5


def test_a_flood_of_refusals_is_one_audit_row_a_minute_with_a_count(viewer, cast):
    for _ in range(5):
        assert viewer.post(JOBS, {}).status_code == 403

    rows = cast.rows(AuditRow)
    assert sum(row.count for row in rows) == 5
    assert len(rows) <= 2
    assert {(row.status, row.code, row.actor_id) for row in rows} == {
        (403, "FORBIDDEN", viewer.actor.user_id)
    }


@pytest.mark.parametrize(
    "path", ["/api/v1/invites/hf_invite_x/accept", "/api/v1/auth/reset-password"]
)
def test_links_are_tried_no_oftener_than_passwords(path, limits, anonymous):
    answers = [anonymous.post(path, {}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
