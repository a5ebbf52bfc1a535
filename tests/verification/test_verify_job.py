"""POST /verify/{id} and what follows it: status, result, the list, cancel."""

import pytest

from app.verification.models import Verification
from tests.support.rows import keep_run


@pytest.fixture
def backed_up(cast, job):
    """A job that a run of succeeded, as far as rows tell."""
    keep_run(cast, job.id)
    return job


def ask(caller, job, **body):
    return caller.post(f"/api/v1/verify/{job.id}", {"test_type": "checksum", **body})


def test_queues_a_sample_and_says_where_to_follow_it(operator, backed_up, cast):
    response = ask(operator, backed_up)

    told = response.json["data"]
    assert (response.status_code, told["test_status"], told["scope"]) == (202, "queued", "sample")
    assert (told["backup_id"], told["test_result"]) == (backed_up.id, None)
    followed = operator.get(response.headers["Location"])
    assert (followed.status_code, followed.json["data"]["id"]) == (200, told["id"])
    assert cast.rows(Verification)[0].requested_by == operator.actor.name


def test_one_of_a_job_is_open_at_a_time(operator, backed_up, cast):
    first = ask(operator, backed_up).json["data"]["id"]

    response = ask(operator, backed_up)

    assert (response.status_code, response.json["error"]) == (409, "VERIFICATION_IN_PROGRESS")
    assert response.json["details"] == {"verification_id": first}
    assert len(cast.rows(Verification)) == 1


def test_a_job_that_never_succeeded_is_refused(operator, job, cast):
    response = ask(operator, job)

    assert (response.status_code, response.json["error"]) == (409, "NOTHING_TO_VERIFY")
    assert cast.rows(Verification) == []


@pytest.mark.parametrize("fields", [{"backup_tool": "veeam"}, {"runner": "host-1"}])
def test_what_this_server_cannot_reach_is_refused(operator, cast, fields):
    job = cast.create_job(**fields)
    keep_run(cast, job.id)

    response = ask(operator, job)

    assert (response.status_code, response.json["error"]) == (409, "NOT_VERIFIABLE")
    assert cast.rows(Verification) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"test_type": "hope"}, "test_type"),
        ({"scope": "some"}, "scope"),
        ({"snapshot": "--all"}, "snapshot"),
        ({"notify_on_completion": "yes"}, "notify_on_completion"),
        ({"whole": True}, "whole"),
    ],
)
def test_bad_input_is_named(operator, backed_up, cast, body, field):
    response = ask(operator, backed_up, **body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(Verification) == []


def test_there_is_no_result_before_the_end(operator, backed_up):
    ask(operator, backed_up)

    response = operator.get(f"/api/v1/verify/{backed_up.id}/result")

    assert (response.status_code, response.json["error"]) == (409, "NOT_FINISHED")
    assert response.json["details"]["test_status"] == "queued"


def test_a_job_that_was_never_verified_has_no_status(operator, backed_up):
    response = operator.get(f"/api/v1/verify/{backed_up.id}/status")

    assert (response.status_code, response.json["error"]) == (404, "NEVER_VERIFIED")


def test_another_jobs_verification_is_not_found_under_this_one(operator, backed_up, cast):
    other = cast.create_job()
    keep_run(cast, other.id)
    theirs = ask(operator, other).json["data"]["id"]

    response = operator.get(f"/api/v1/verify/{backed_up.id}/status?verification_id={theirs}")

    assert response.status_code == 404


def test_the_list_is_filtered(operator, backed_up, cast):
    made = ask(operator, backed_up).json["data"]["id"]
    other = cast.create_job()
    keep_run(cast, other.id)
    ask(operator, other, test_type="restore")

    filters = f"test_type=checksum&test_status=queued&backup_id={backed_up.id}"
    response = operator.get(f"/api/v1/verify?{filters}")

    assert [row["id"] for row in response.json["data"]] == [made]
    assert operator.get("/api/v1/verify").json["total"] == 2


def test_a_queued_one_is_cancelled_at_once_and_only_once(operator, backed_up, cast):
    path = f"/api/v1/verify/{ask(operator, backed_up).json['data']['id']}/cancel"

    first, second = operator.post(path), operator.post(path)

    assert (first.status_code, first.json["data"]["test_status"]) == (200, "cancelled")
    assert (second.status_code, second.json["error"]) == (409, "ALREADY_FINAL")
    assert cast.events() == ["verification.cancelled"]
