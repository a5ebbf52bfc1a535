"""A worker that is killed: its runs are failed and tried again, and their repositories whole."""

import signal

from tests.support.house import await_engines, house_process, is_gone
from tests.support.processes import wait_until


def test_no_accepted_run_is_lost_or_done_twice_when_the_worker_is_killed(
    ledger, make_job, house, short_lease, throttle
):
    throttle.slow_down()
    slow = [make_job(is_slow=True, max_retries=1) for _ in range(2)]
    waiting = [make_job() for _ in range(3)]
    lost = [ledger.ask_twice(job) for job in slow]
    for job in waiting:
        ledger.ask_twice(job)

    with house_process("scheduler", house):
        with house_process("worker", short_lease) as worker:
            engines = await_engines(worker, "backup", 2)
            wait_until(lambda: all(ledger.locks(job) for job in slow), output=worker.output)
            # Frozen, one cannot take its lock away when it is asked to end.
            engines[0].send_signal(signal.SIGSTOP)
            worker.process.kill()
            worker.process.wait()
        throttle.speed_up()
        with house_process("worker", house) as worker:
            rows = {row.id: row for row in ledger.await_ends(worker)}
            again = ledger.ask(slow[0])
            rows = {row.id: row for row in ledger.await_ends(worker)}

    assert ledger.counts() == {"sent": 11, "acknowledged": 6, "found": 6, "lost": 0, "doubled": 0}
    retries = {row.retry_of: row.status for row in rows.values() if row.retry_of}
    assert retries == dict.fromkeys(lost, "success")
    assert {rows[one].error_code for one in lost} == {"RUNNER_LOST"}
    assert rows[again].status == "success"
    assert all(is_gone(engine) for engine in engines)
    for job in slow:
        ledger.restic(job, "check", "--read-data")
        assert ledger.locks(job) == []
