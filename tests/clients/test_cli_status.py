"""`holdfast status` tells how a job's newest run ended."""

import json

import pytest


@pytest.mark.parametrize(
    ("status", "code"), [("success", 0), ("failed", 1), ("warning", 3), ("running", 4)]
)
def test_the_exit_code_is_that_of_the_newest_run(holdfast, operator, hand, job, status, code):
    operator.post(f"/api/v1/backups/{job.id}/run")
    hand.change(hand.first().id, status=status)

    ended = holdfast("status", job.id).end()

    assert ended.code == code
    assert ended.out.splitlines()[0] == f"{job.name}: next run when asked for"
    assert f": {status}" in ended.out.splitlines()[1]


def test_a_job_that_never_ran_is_no_success(holdfast, job):
    ended = holdfast("status", job.name).end()

    assert (ended.code, ended.out.splitlines()[1]) == (1, "never run")


def test_json_holds_the_job_and_the_execution(holdfast, operator, hand, job):
    operator.post(f"/api/v1/backups/{job.id}/run")
    hand.change(hand.first().id, status="success")

    told = json.loads(holdfast("status", job.id, "--json").end().out)

    assert told["job"]["id"] == job.id
    assert told["execution"]["status"] == "success"
