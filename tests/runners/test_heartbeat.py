"""POST /executions/{id}/heartbeat: the run lives, this far it is, and shall it stop?"""

from datetime import timedelta

import pytest

from app.backups.models import Execution
from app.core import clock


def url(execution_id):
    return f"/api/v1/executions/{execution_id}/heartbeat"


def test_renews_the_lease_and_keeps_the_progress(runner, claimed, operator, change, execution):
    execution_id = claimed()
    change(Execution, execution_id, lease_until=clock.utcnow())
    told = {"progress": 0.25, "bytes_done": 1, "bytes_total": 4, "files_done": 2, "files_total": 8}

    response = runner.post(url(execution_id), told)

    assert response.json["data"] == {
        "execution_id": execution_id,
        "cancel": False,
        "reason": None,
        "lease_seconds": 180,
        "heartbeat_seconds": 15,
    }
    assert execution(execution_id).lease_until > clock.utcnow() + timedelta(seconds=60)
    shown = operator.get(f"/api/v1/executions/{execution_id}").json["data"]
    assert {name: shown[name] for name in told} == told


def test_an_empty_one_keeps_the_progress_that_was_told(runner, claimed, execution):
    execution_id = claimed()
    runner.post(url(execution_id), {"progress": 0.5})

    assert runner.post(url(execution_id)).status_code == 200
    assert execution(execution_id).progress_fraction == 0.5


def test_adds_lines_to_the_log(runner, claimed, operator):
    execution_id = claimed()
    runner.post(url(execution_id), {"log": ["one", "two\nthree"]})
    runner.post(url(execution_id), {"log": ["four \x1b[31mred"]})

    lines = operator.get(f"/api/v1/executions/{execution_id}/log").text.splitlines()

    assert [line.split(" ", 1)[1] for line in lines] == ["one", "two", "three", "four ?[31mred"]


def test_a_long_log_loses_its_middle(runner, claimed, operator):
    execution_id = claimed()
    for number in range(4):
        runner.post(url(execution_id), {"log": [f"{number} {'x' * 990}"] * 100})

    log = operator.get(f"/api/v1/executions/{execution_id}/log").text

    assert len(log) < 300_000
    assert "bytes left out" in log
    assert log.splitlines()[0].split()[1] == "0"
    assert log.splitlines()[-1].split()[1] == "3"


def test_says_to_stop_once_a_cancel_was_asked(runner, claimed, operator):
    execution_id = claimed()
    assert operator.post(f"/api/v1/executions/{execution_id}/cancel").status_code == 202

    data = runner.post(url(execution_id), {}).json["data"]

    assert (data["cancel"], data["reason"]) == (True, "cancelled")


def test_says_to_stop_once_the_job_allows_no_more_time(runner, claimed, change):
    execution_id = claimed(max_runtime_minutes=5)
    before = runner.post(url(execution_id), {}).json["data"]
    change(Execution, execution_id, started_at=clock.utcnow() - timedelta(minutes=5, seconds=1))

    after = runner.post(url(execution_id), {}).json["data"]

    assert (before["cancel"], after["cancel"], after["reason"]) == (False, True, "timed_out")


def test_another_hosts_run_is_409_and_stays_as_it_is(cast, claimed, execution):
    execution_id = claimed()
    before = execution(execution_id).lease_until

    response = cast.runner("head-office").post(url(execution_id), {"progress": 1})

    assert (response.status_code, response.json["error"]) == (409, "OTHER_RUNNERS_RUN")
    run = execution(execution_id)
    assert (run.lease_until, run.progress_fraction) == (before, None)


def test_a_run_that_nobody_claimed_is_409(runner, queue, execution):
    execution_id = queue()

    response = runner.post(url(execution_id), {})

    assert (response.status_code, response.json["error"]) == (409, "NOT_CLAIMED")
    assert execution(execution_id).status == "queued"


def test_a_run_that_is_over_is_409(runner, claimed):
    execution_id = claimed()
    runner.post(f"/api/v1/executions/{execution_id}/complete", {"status": "success"})

    response = runner.post(url(execution_id), {})

    assert (response.status_code, response.json["error"]) == (409, "ALREADY_FINAL")
    assert response.json["details"] == {"status": "success"}


def test_another_tenants_runner_gets_404(cast, claimed):
    execution_id = claimed()

    assert cast.runner("branch-office", "globex").post(url(execution_id), {}).status_code == 404


def test_a_person_is_no_host(admin, claimed):
    assert admin.post(url(claimed()), {}).json["error"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"progress": 1.5}, "progress"),
        ({"progress": "half"}, "progress"),
        ({"bytes_done": -1}, "bytes_done"),
        ({"log": "a line"}, "log"),
        ({"log": ["x" * 4001]}, "log.0"),
        ({"log": ["x"] * 1001}, "log"),
        ({"status": "success"}, "status"),
    ],
)
def test_refuses_what_is_wrong_and_names_the_field(runner, claimed, body, field):
    response = runner.post(url(claimed()), body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
