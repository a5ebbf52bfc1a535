"""`holdfast run` starts a run, follows it, and tells by its exit code how it ended."""

import json
import signal
import time

import pytest

from app.backups.models import Execution
from app.core import clock
from tests.support.processes import free_port
from tests.support.serving import serving


def test_a_real_run_is_followed_to_its_success(holdfast, hand, cast, job):
    command = holdfast("run", job.id, "--log")

    hand.work(hand.first().id)
    ended = command.end()

    (row,) = cast.rows(Execution)
    assert (ended.code, row.status, row.trigger) == (0, "success", "api")
    assert f"execution {row.id}: success" in ended.out
    assert row.snapshot_id[:8] in ended.out
    assert "queued 0 %" in ended.err
    assert "snapshot" in ended.err


@pytest.mark.parametrize(
    ("status", "code"), [("success", 0), ("failed", 1), ("cancelled", 1), ("warning", 3)]
)
def test_the_exit_code_tells_how_the_run_ended(holdfast, hand, job, status, code):
    command = holdfast("run", job.name)
    hand.change(
        hand.first().id, status=status, finished_at=clock.utcnow(), error_message="What it said"
    )

    ended = command.end()

    assert ended.code == code
    assert f"{status}" in ended.out
    assert "What it said" in ended.out


def test_progress_is_told_in_lines_where_nobody_watches(holdfast, hand, job):
    command = holdfast("run", job.id)
    execution_id = hand.first().id
    facts = {"progress_fraction": 0.5, "bytes_done": 1024, "bytes_total": 2048}
    hand.change(execution_id, status="running", **facts)
    line = command.process.stderr.readline() + command.process.stderr.readline()
    hand.change(execution_id, status="success")
    ended = command.end()

    assert line.splitlines()[-1] == "running 50 %, 1.0 KiB of 2.0 KiB"
    assert "\r" not in line + ended.err


def test_the_result_as_json_is_alone_on_stdout(holdfast, hand, job):
    command = holdfast("run", job.id, "--json", "--type", "full", "--no-notify")
    row = hand.first()
    hand.change(row.id, status="success")

    ended = command.end()

    told = json.loads(ended.out)
    assert (told["id"], told["status"]) == (row.id, "success")
    assert (row.backup_type, row.notify) == ("full", False)


def test_without_waiting_it_is_enough_that_the_run_is_queued(holdfast, hand, job):
    ended = holdfast("run", job.id, "--no-wait").end()

    assert ended.code == 0
    assert f"execution {hand.first().id}: queued" in ended.out


def test_a_run_that_outlasts_the_timeout_goes_on(holdfast, hand, job):
    ended = holdfast("run", job.id, "--timeout", "1").end()

    assert ended.code == 4
    assert f"Execution {hand.first().id} is still queued after 1 s." in ended.err


def test_a_run_in_progress_is_in_the_way(holdfast, operator, cast, job):
    operator.post(f"/api/v1/backups/{job.id}/run")

    ended = holdfast("run", job.id).end()

    assert ended.code == 2
    assert "RUN_IN_PROGRESS" in ended.err
    assert len(cast.rows(Execution)) == 1


def test_a_run_in_progress_is_followed_when_asked(holdfast, operator, hand, job):
    operator.post(f"/api/v1/backups/{job.id}/run")
    command = holdfast("run", job.id, "--attach")
    assert command.process.stderr.readline() == "queued 0 %\n"

    hand.change(hand.first().id, status="warning")

    assert command.end().code == 3


def test_of_two_calls_with_one_key_one_starts_a_run(holdfast, hand, cast, job):
    words = ("run", job.id, "--no-wait", "--idempotency-key", "build-17")

    codes = [holdfast(*words).end().code, holdfast(*words).end().code]

    assert codes == [0, 0]
    assert len(cast.rows(Execution)) == 1


def test_an_interrupt_leaves_the_run_alone(holdfast, hand, job):
    command = holdfast("run", job.id)
    assert command.process.stderr.readline() == "queued 0 %\n"

    command.interrupt(signal.SIGINT)
    ended = command.end()

    assert ended.code == 130
    assert hand.first().status == "queued"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cancels_the_run_when_asked_to(holdfast, hand, job, number):
    command = holdfast("run", job.id, "--cancel-on-interrupt")
    assert command.process.stderr.readline() == "queued 0 %\n"

    command.interrupt(number)
    ended = command.end()

    assert ended.code == 1
    assert hand.first("cancelled").cancel_requested_at is not None


@pytest.mark.parametrize("job_name", ["Nobody's", "999999999"])
def test_a_job_that_is_not_there_is_refused(holdfast, cast, job, job_name):
    ended = holdfast("run", job_name).end()

    assert ended.code == 2
    assert ended.err.startswith("holdfast: There is no ")
    assert cast.rows(Execution) == []


def test_a_name_is_taken_whole(holdfast, hand, cast, job):
    """The server's search would find the longer name too."""
    cast.create_job(name="Payroll weekly")
    wanted = cast.create_job(name="Payroll")

    holdfast("run", "Payroll", "--no-wait").end()

    assert hand.first().job_id == wanted.id


def test_a_key_that_is_not_good_is_told_as_such(holdfast, cast, job):
    ended = holdfast("run", job.id, HOLDFAST_API_KEY="hf_1_wrong").end()

    assert ended.code == 2
    assert "401" in ended.err
    assert cast.rows(Execution) == []


@pytest.mark.parametrize("name", ["HOLDFAST_URL", "HOLDFAST_API_KEY"])
def test_what_is_not_set_is_named(holdfast, job, name):
    ended = holdfast("run", job.id, **{name: ""}).end()

    assert ended.code == 2
    assert name in ended.err


def test_a_server_that_is_away_is_not_known_to_have_failed(holdfast, job):
    url = f"http://127.0.0.1:{free_port()}"

    ended = holdfast("run", job.id, "--patience", "1", HOLDFAST_URL=url).end()

    assert ended.code == 4
    assert "The server is away" in ended.err


def test_an_address_of_something_else_is_told_as_such(holdfast, server, job):
    ended = holdfast("run", job.id, HOLDFAST_URL=f"{server}/api/docs").end()

    assert ended.code == 2


def test_an_answer_that_is_lost_makes_no_second_run(holdfast, app, hand, cast, job):
    """The run is committed when the connection breaks; the command asks again with its key."""
    lost = []

    def losing(environ, start_response):
        answer = list(app(environ, start_response))
        if environ["REQUEST_METHOD"] == "POST" and not lost:
            lost.append(environ["PATH_INFO"])
            raise ConnectionResetError
        return answer

    with serving(losing) as url:
        ended = holdfast("run", job.id, "--no-wait", HOLDFAST_URL=url).end()

    assert (ended.code, lost) == (0, [f"/api/v1/backups/{job.id}/run"])
    assert f"execution {hand.first().id}: queued" in ended.out


def test_a_server_that_comes_back_is_found_again(holdfast, app, hand, job):
    port = free_port()
    command = holdfast("run", job.id, "--no-wait", HOLDFAST_URL=f"http://127.0.0.1:{port}")
    time.sleep(1)

    with serving(app, port):
        ended = command.end()

    assert ended.code == 0
    assert hand.first().status == "queued"


def test_the_key_is_not_in_what_it_says(holdfast, cast, job):
    key = cast.key_caller("viewer").key

    ended = holdfast("run", job.id, HOLDFAST_API_KEY=key).end()

    assert (ended.code, key in ended.err + ended.out) == (2, False)
    assert "FORBIDDEN" in ended.err
    assert cast.rows(Execution) == []
