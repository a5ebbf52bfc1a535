"""A worker that is told to stop in mid-backup gives its runs back, and another finishes them."""

import signal
import time

from tests.support.house import await_engines, house_process, is_gone
from tests.support.run_ledger import locks_of

GIVEN_BACK_SECONDS = 10


def test_a_worker_told_twice_to_stop_gives_its_runs_back_and_another_finishes_them(
    own_runs, make_job, house, throttle
):
    throttle.slow_down()
    slow = [make_job(is_slow=True) for _ in range(2)]
    held = [own_runs.ask(job) for job in slow]
    waiting = own_runs.ask(make_job())
    with house_process("worker", house) as worker:
        engines = await_engines(worker, "backup", 2)
        began = time.monotonic()
        worker.process.terminate()
        worker.process.send_signal(signal.SIGTERM)
        code = worker.process.wait(60)
        took_seconds = time.monotonic() - began
    given_back = own_runs.executions()
    throttle.speed_up()
    with house_process("worker", house) as worker, house_process("scheduler", house):
        done = own_runs.await_ends(worker)

    tally = own_runs.settle()
    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (3, 3, 0, 0)
    assert code == 0
    assert took_seconds < GIVEN_BACK_SECONDS
    assert all(is_gone(engine) for engine in engines)
    for one in held:
        row = given_back[one]
        assert (row.status, row.lease_owner, row.progress_fraction) == ("queued", None, None)
    assert [done[one].attempt for one in (*held, waiting)] == [2, 2, 1]
    assert {row.status for row in done.values()} == {"success"}
    for job in slow:
        own_runs.restic(job, "check")
        assert locks_of(job) == []
