"""Redis killed and started empty while runs are asked for: each that was accepted is done once."""

import psutil
import pytest

from tests.support import redis
from tests.support.house import house_process
from tests.support.processes import free_port, wait_until

# In KiB a second: a slow job's backup takes four seconds, for which the others wait.
RUNNING = 4096


def test_each_run_is_done_once_though_redis_lost_its_message_or_never_had_it(
    runs, make_job, house, port, throttle
):
    throttle.slow_down(RUNNING)
    slow, queued, unsent, late = ([make_job(is_slow=one < 2) for _ in "ab"] for one in (1, 2, 3, 4))
    with house_process("worker", house) as worker, house_process("scheduler", house) as scheduler:
        with redis.running_server(port) as server:
            before = [runs.ask(job) for job in (*slow, *queued)]
            psutil.Process(server.pid).kill()
            wait_until(lambda: "queue_away" in worker.output(), output=worker.output)
            away = [runs.ask(job) for job in unsent]
        with redis.running_server(port):
            after = [runs.ask(job) for job in late]
            rows = runs.await_ends(worker)
        is_alive = (worker.process.poll(), scheduler.process.poll()) == (None, None)

    tally = runs.settle()
    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (8, 8, 0, 0)
    ended = [(rows[one].status, rows[one].attempt) for one in (*before, *away, *after)]
    assert ended == [("success", 1)] * 8
    assert is_alive


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def house(house, port):
    return {**house, "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
