"""Many callers at once: each run is given once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.backups.models import Execution
from app.backups.service import runs
from app.backups.service.jobs import create_job
from app.core import clock
from app.core.tenancy import as_tenant

CLAIM = "/api/v1/runners/claim"
CALLERS = 50


@pytest.fixture
def jobs(cast):
    """Make jobs of the runner's host with a queued run each."""

    def make(count):
        fields = {"backup_tool": "veeam", "backup_type": "full", "schedule_type": "manual"}
        actor, now = cast.runner().actor, clock.utcnow()
        with cast.app.app_context(), as_tenant(cast.tenant("acme")):
            for number in range(count):
                named = {"name": f"Job {number}", "source_path": "D:", "runner": "branch-office"}
                job = create_job({**fields, **named}, actor, now)
                run = Execution(job_id=job.id, trigger="manual", runner=job.runner)
                runs.add_execution(run, now)

    return make


@pytest.fixture
def race(app, runner):
    """Let the callers claim at once until each hears that nothing is left; gives what they got."""

    def claim_all(start):
        client, got = app.test_client(), []
        start.wait(60)
        while True:
            answer = client.post(CLAIM, json={}, headers=runner.headers)
            if answer.status_code == 204:
                return got
            got.append(answer.json["data"]["execution_id"])

    def call():
        start = Barrier(CALLERS)
        with ThreadPoolExecutor(CALLERS) as pool:
            found = list(pool.map(claim_all, [start] * CALLERS))
        return [execution_id for got in found for execution_id in got]

    return call


def test_one_run_is_given_to_one_of_fifty(jobs, race, cast):
    jobs(1)

    given = race()

    assert given == [cast.rows(Execution)[0].id]
    assert cast.rows(Execution)[0].attempt == 1


def test_two_hundred_runs_are_given_to_fifty_each_once(jobs, race, cast):
    jobs(200)

    given = race()

    runs_ = cast.rows(Execution)
    assert sorted(given) == [run.id for run in runs_]
    assert {(run.status, run.attempt) for run in runs_} == {("running", 1)}
    assert cast.events().count("backup.started") == 200
