"""Idempotency-Key: a retry gets the first answer, and nothing happens twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from app.auth.models import ApiKey
from app.backups.models import Execution
from app.core import clock, idempotency
from app.core.background import Rounds
from app.core.db import db
from app.core.errors import RequestInProgress
from app.core.idempotency import Claim, IdempotencyKey
from app.core.tenancy import unscoped
from tests.core.conftest import PROBE
from tests.support.cast import Caller

KEY = {"Idempotency-Key": "first"}
NOW = clock.utcnow()


def claim(app, actor, request_hash="h"):
    with app.app_context():
        return idempotency.claim(actor, "k", request_hash)


def test_the_same_again_gets_the_stored_answer(prober, seen):
    first = prober.post(f"{PROBE}/rename", {"name": "Renamed"}, headers=KEY)

    again = prober.post(f"{PROBE}/rename", {"name": "Renamed"}, headers=KEY)

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert seen.runs == 1


@pytest.mark.parametrize(("path", "name"), [("rename", "Two"), ("release", "One")])
def test_another_body_or_path_is_422(path, name, prober, seen):
    prober.post(f"{PROBE}/rename", {"name": "One"}, headers=KEY)

    response = prober.post(f"{PROBE}/{path}", {"name": name}, headers=KEY)

    assert response.status_code == 422
    assert response.json["error"] == "IDEMPOTENCY_KEY_REUSED"
    assert seen.runs == 1


def test_while_the_first_runs_a_second_is_told_to_wait(prober, app, seen):
    path, raw = f"{PROBE}/rename", b'{"name":"A"}'
    with app.app_context():
        idempotency.claim(prober.actor.key, "first", idempotency.digest("POST", path, raw))

    response = prober.post(path, data=raw, content_type="application/json", headers=KEY)

    assert response.status_code == 409
    assert response.json["error"] == "REQUEST_IN_PROGRESS"
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert seen.runs == 0


def test_a_lease_that_has_run_out_is_taken_over_once(app):
    with clock.hold(NOW):
        first = claim(app, "user:1:1")

    with clock.hold(NOW + timedelta(seconds=61)):
        second = claim(app, "user:1:1")
        with pytest.raises(RequestInProgress):
            claim(app, "user:1:1")

    assert isinstance(first, Claim)
    assert isinstance(second, Claim)
    assert second.key_id == first.key_id


def test_whoever_lost_its_lease_may_not_answer(app):
    with clock.hold(NOW):
        lost = claim(app, "user:1:1")
    with clock.hold(NOW + timedelta(seconds=61)):
        claim(app, "user:1:1")

    with app.app_context(), pytest.raises(RequestInProgress), unscoped():
        idempotency.store(lost, idempotency.Stored(200, "{}", {}))


def test_a_key_is_forgotten_after_a_day(prober, seen):
    prober.post(f"{PROBE}/rename", {"name": "One"}, headers=KEY)

    with clock.hold(clock.utcnow() + timedelta(hours=24, seconds=1)):
        with prober.client.application.app_context():
            Rounds().run()

    response = prober.post(f"{PROBE}/rename", {"name": "Two"}, headers=KEY)
    assert (response.status_code, seen.runs) == (201, 2)


def test_an_expired_key_that_was_not_purged_yet_is_a_new_one(app):
    with clock.hold(NOW):
        claim(app, "user:1:1", "one")

    with clock.hold(NOW + timedelta(hours=24, seconds=1)):
        again = claim(app, "user:1:1", "two")

    assert isinstance(again, Claim)


def test_a_refusal_is_stored(prober, seen):
    body = {"name": "Renamed", "then": "conflict"}
    first = prober.post(f"{PROBE}/rename", body, headers=KEY)

    again = prober.post(f"{PROBE}/rename", body, headers=KEY)

    assert (again.status_code, again.json) == (409, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert seen.runs == 1


@pytest.mark.parametrize(
    ("then", "status"), [("credentials", 401), ("limited", 429), ("bug", 500), ("internal", 500)]
)
def test_an_answer_that_may_change_is_not_stored(then, status, prober, seen):
    body = {"name": "Renamed", "then": then}
    prober.post(f"{PROBE}/rename", body, headers=KEY)

    again = prober.post(f"{PROBE}/rename", body, headers=KEY)

    assert (again.status_code, seen.runs) == (status, 2)
    assert "Idempotency-Replayed" not in again.headers


def test_a_403_takes_no_key(viewer, cast):
    response = viewer.post("/api/v1/backups", {}, headers=KEY)

    assert response.status_code == 403
    assert cast.rows(IdempotencyKey) == []


def test_each_actor_has_keys_of_its_own(prober, cast, seen):
    colleague = cast.caller("admin")
    other = Caller(prober.client, colleague.headers)
    prober.post(f"{PROBE}/rename", {"name": "One"}, headers=KEY)

    response = other.post(f"{PROBE}/rename", {"name": "Two"}, headers=KEY)

    assert (response.status_code, seen.runs) == (201, 2)


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(key, prober, seen):
    response = prober.post(f"{PROBE}/rename", {"name": "A"}, headers={"Idempotency-Key": key})

    assert response.status_code == 400
    assert list(response.json["details"]) == ["Idempotency-Key"]
    assert seen.runs == 0


def test_a_run_asked_for_twice_is_one_execution(operator, job, cast):
    first = operator.post(f"/api/v1/backups/{job.id}/run", {}, headers=KEY)

    again = operator.post(f"/api/v1/backups/{job.id}/run", {}, headers=KEY)

    assert (first.status_code, again.status_code, again.json) == (202, 202, first.json)
    assert [row.id for row in cast.rows(Execution)] == [first.json["data"]["id"]]


def test_of_two_at_once_one_runs(operator, job, cast, app):
    start = Barrier(2)

    def run(_):
        caller = Caller(app.test_client(), operator.headers)
        start.wait()
        return caller.post(f"/api/v1/backups/{job.id}/run", {}, headers=KEY)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(run, range(2)))

    (row,) = cast.rows(Execution)
    ran = [answer for answer in answers if answer.status_code == 202]
    waits = [answer for answer in answers if answer.status_code == 409]
    assert {answer.json["data"]["id"] for answer in ran} == {row.id}
    assert len(ran) + len(waits) == 2
    assert all(answer.json["error"] == "REQUEST_IN_PROGRESS" for answer in waits)


def test_a_secret_in_a_stored_answer_is_unreadable_in_the_row(app, admin, cast):
    body = {"name": "script", "role": "reporter"}
    first = admin.post("/api/v1/auth/api-keys", body, headers=KEY)
    again = admin.post("/api/v1/auth/api-keys", body, headers=KEY)

    secret = first.json["data"]["key"]
    with app.app_context(), db.engine.connect() as connection:
        answer = connection.exec_driver_sql("SELECT answer FROM idempotency_keys").scalar_one()
    assert again.json["data"]["key"] == secret
    assert len(cast.rows(ApiKey)) == 1
    assert secret.rpartition("_")[2] not in answer
