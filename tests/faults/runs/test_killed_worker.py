"""A worker that is killed: its runs are failed and tried again, and their repositories whole."""

import signal

from tests.support.house import await_engines, house_process, is_gone
from tests.support.processes import wait_until
from tests.support.run_ledger import locks_of


def test_no_accepted_run_is_lost_or_done_twice_when_the_worker_is_killed(
    runs, make_job, house, short_lease, throttle
):
    throttle.slow_down()
    slow = [make_job(is_slow=True, max_retries=1) for _ in range(2)]
    lost = [runs.ask(job, times=2) for job in slow]
    waiting = [runs.ask(make_job(), times=2) for _ in range(3)]

    with house_process("scheduler", house):
        with house_process("worker", short_lease) as worker:
            engines = await_engines(worker, "backup", 2)
            wait_until(lambda: all(map(locks_of, slow)), output=worker.output)
            # Frozen, one cannot take its lock away when it is asked to end.
            engines[0].send_signal(signal.SIGSTOP)
            worker.process.kill()
            worker.process.wait()
        throttle.speed_up()
        with house_process("worker", house) as worker:
            runs.await_ends(worker)
            again = runs.ask(slow[0])
            rows = runs.await_ends(worker)

    tally = runs.settle()
    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (6, 6, 0, 0)
    assert {rows[one].status for one in (*waiting, again)} == {"success"}
    assert {rows[one].error_code for one in lost} == {"RUNNER_LOST"}
    retries = {row.retry_of: row.status for row in rows.values() if row.retry_of}
    assert retries == dict.fromkeys(lost, "success")
    assert all(is_gone(engine) for engine in engines)
    for job in slow:
        runs.restic(job, "check", "--read-data")
        assert locks_of(job) == []
