"""How a runner's run ends early: cancelled, stopped, killed, or told late."""

import json
import os
import signal
import subprocess
from contextlib import ExitStack

from app.backups.models import Execution
from tests.support.house import await_engine, is_gone, queue_run
from tests.support.processes import free_port, wait_until
from tests.support.repositories import PASSWORD
from tests.support.serving import serving


def test_a_cancelled_run_really_stops(host, server, operator, slow_job):
    with host.running(server) as child:
        execution_id = queue_run(operator, slow_job)
        restic = await_engine(child, "backup")
        words = " ".join(restic.cmdline())
        answer = operator.post(f"/api/v1/executions/{execution_id}/cancel")
        ended = host.await_status(execution_id, "cancelled", child)
        wait_until(lambda: is_gone(restic), what="restic has ended")

    assert answer.status_code == 202
    assert ended.error_code is None
    assert PASSWORD not in words


def test_a_term_stops_the_run_and_says_so(host, server, operator, slow_job):
    with host.running(server) as child:
        execution_id = queue_run(operator, slow_job)
        restic = await_engine(child, "backup")
        child.process.terminate()
        code = child.process.wait(60)
        ended = host.await_status(execution_id, "failed", child)

    assert (code, ended.error_code) == (0, "RUNNER_STOPPED")
    assert is_gone(restic)


def test_a_killed_runner_leaves_no_restic_and_reports_when_it_is_back(
    host, server, operator, slow_job, cast
):
    with host.running(server) as child:
        execution_id = queue_run(operator, slow_job)
        restic = await_engine(child, "backup")
        child.process.send_signal(signal.SIGKILL)
        child.process.wait(10)
        wait_until(lambda: is_gone(restic), what="restic has ended")
    (before,) = cast.rows(Execution)

    with host.running(server) as child:
        ended = host.await_status(execution_id, "failed", child)

    assert before.status == "running"
    assert (ended.error_code, ended.error_message) == ("RUNNER_STOPPED", "The runner was killed.")


def test_a_completion_waits_for_a_server_that_is_away(host, app, operator, cast, tmp_path):
    config = tmp_path / "runner.ini"
    config.write_text(
        f"[tools]\ncustom = sh -c 'touch {tmp_path}/begun; "
        f"until [ -e {tmp_path}/go ]; do sleep 0.1; done'\n"
    )
    job = cast.create_job(runner="branch-office", backup_tool="custom")
    port = free_port()

    with ExitStack() as stack:
        with serving(app, port) as url:
            child = stack.enter_context(host.running(url, "--config", str(config)))
            execution_id = queue_run(operator, job)
            wait_until((tmp_path / "begun").exists, seconds=60, output=child.output)
        (tmp_path / "go").touch()
        kept = host.state / "spool" / f"{execution_id}.json"
        wait_until(kept.exists, seconds=60, what="the completion is kept", output=child.output)
        (during,) = cast.rows(Execution)
        with serving(app, port):
            host.await_status(execution_id, "success", child)
            wait_until(lambda: not kept.exists(), what="the spool is empty")

    assert during.status == "running"


def test_a_report_on_a_run_that_is_over_is_dropped_and_kept_by_the_server(
    host, server, operator, cast, hand
):
    job = cast.create_job(runner="branch-office")
    execution_id = queue_run(operator, job)
    key = {"X-API-Key": cast.runner().key}
    operator.client.post("/api/v1/runners/claim", json={}, headers=key)
    hand.change(execution_id, status="failed", error_code="RUNNER_LOST")
    spool = host.state / "spool"
    spool.mkdir(parents=True)
    late = {"status": "success", "snapshot_id": "4f1c2d3e", "log": ["done at last"]}
    (spool / f"{execution_id}.json").write_text(json.dumps(late))

    with host.running(server):
        wait_until(lambda: not list(spool.glob("*.json")))

    (row,) = cast.rows(Execution)
    assert (row.status, row.error_code) == ("failed", "RUNNER_LOST")
    assert "done at last" in operator.get(f"/api/v1/executions/{execution_id}/log").text


def test_a_second_runner_over_one_folder_does_not_start(host, server):
    with host.running(server) as child:
        second = subprocess.run(
            child.process.args,
            env={**os.environ, **host.environ(server)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert second.returncode == 3
    assert "another runner uses this state_folder" in second.stderr


def test_a_run_that_is_no_longer_its_own_is_stopped_and_not_told(
    host, server, operator, slow_job, hand, cast
):
    with host.running(server) as child:
        execution_id = queue_run(operator, slow_job)
        restic = await_engine(child, "backup")
        hand.change(execution_id, status="failed", error_code="RUNNER_LOST")
        wait_until(lambda: is_gone(restic), what="restic has ended")
        wait_until(lambda: not list((host.state / "runs").iterdir()))

    (row,) = cast.rows(Execution)
    assert (row.status, row.error_code) == ("failed", "RUNNER_LOST")
    assert [path.name for path in (host.state / "spool").iterdir()] == ["rejected"]
    assert operator.get(f"/api/v1/executions/{execution_id}/log").text.count("A report came") == 0


def test_a_claim_whose_answer_was_lost_is_given_again(host, app, operator, cast, tmp_path):
    config = tmp_path / "runner.ini"
    config.write_text("[tools]\ncustom = true\n")
    job = cast.create_job(runner="branch-office", backup_tool="custom")
    execution_id = queue_run(operator, job)
    lost = []

    def losing(environ, start_response):
        answer = list(app(environ, start_response))
        if environ["PATH_INFO"].endswith("/claim") and not lost:
            lost.append(environ["HTTP_IDEMPOTENCY_KEY"])
            raise ConnectionResetError
        return answer

    with serving(losing) as url, host.running(url, "--config", str(config)) as child:
        ended = host.await_status(execution_id, "success", child)

    assert len(lost) == 1
    assert ended.attempt == 1
