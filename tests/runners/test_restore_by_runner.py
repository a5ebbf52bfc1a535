"""A restore from a runner's job is done by its runner, on its own host."""

import pytest

from app.backups.models import Execution

CLAIM = "/api/v1/runners/claim"


@pytest.fixture
def job(cast):
    return cast.create_job(runner="branch-office", source_path="/srv/data")


def restore(caller, job, target, **body):
    return caller.post(f"/api/v1/backups/{job.id}/restore", {"target": target, **body})


def test_the_runner_is_told_what_to_restore_and_where(operator, runner, job, cast):
    queued = restore(operator, job, "D:\\back", snapshot="4f1c2d3e", include=["/srv/data/a"])

    data = runner.post(CLAIM, {}).json["data"]

    assert queued.status_code == 202
    assert (data["execution_id"], data["kind"]) == (queued.json["data"]["id"], "restore")
    assert data["restore"] == {
        "snapshot": "4f1c2d3e",
        "include": ["/srv/data/a"],
        "target": "D:\\back",
        "overwrite": False,
    }
    assert (data["backup_type"], data["repository"]["password"]) == (None, job.repository_password)


def test_its_end_is_kept_and_changes_nothing_of_the_job(operator, runner, job, cast):
    restore(operator, job, "/srv/back")
    execution_id = runner.post(CLAIM, {}).json["data"]["execution_id"]

    done = {"status": "success", "files_total": 3, "backup_size_bytes": 10}
    runner.post(f"/api/v1/executions/{execution_id}/complete", done)

    run = cast.rows(Execution)[0]
    assert (run.status, run.files_total, run.backup_size_bytes) == ("success", 3, 10)
    assert cast.events() == []


@pytest.mark.parametrize("target", ["back", "/srv/../etc", "/", "/srv/data/old"])
def test_refuses_a_target_that_is_no_place_or_the_source(operator, job, cast, target):
    response = restore(operator, job, target)

    assert (response.status_code, list(response.json["details"])) == (400, ["target"])
    assert cast.rows(Execution) == []


def test_only_whoever_may_overwrites_the_source(operator, admin, runner, job):
    refused = restore(operator, job, "/", overwrite=True)
    queued = restore(admin, job, "/", overwrite=True)

    assert (refused.status_code, queued.status_code) == (403, 202)
    assert runner.post(CLAIM, {}).json["data"]["restore"]["overwrite"] is True
