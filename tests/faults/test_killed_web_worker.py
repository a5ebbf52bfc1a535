"""A process of gunicorn that is killed while it answers."""

import psutil

from tests.support.deployment import SHIPPED, direct, locked, through
from tests.support.load import IN_PROGRESS, UNAVAILABLE, Load
from tests.support.processes import wait_until
from tests.support.proxy import running_proxy
from tests.support.web import running_web
from tests.support.wholeness import halves_in, marks_in


def test_nothing_acknowledged_is_lost_when_a_web_worker_is_killed(deployment, ledger):
    with (
        running_web(deployment.environ, *SHIPPED) as web,
        running_proxy(web.port) as proxy,
        Load(ledger, deployment.posts, [direct(web), through(proxy)] * 3) as load,
    ):
        ledger.await_more(100)
        kill_busiest(web)
        ledger.await_more(100)
        with locked(deployment) as waiting:
            # Others may still hear of a key that its killed request holds for a minute.
            wait_until(lambda: waiting() >= 3, output=web.child.output, seconds=180)
            kill_busiest(web)
        ledger.await_more(100)

    tally = ledger.settle(marks_in(deployment.cast))
    assert (tally.lost, tally.doubled) == (0, 0)
    assert halves_in(deployment.cast) == []
    assert load.improper == []
    assert load.refusals.keys() - {UNAVAILABLE, IN_PROGRESS} == set()


def kill_busiest(web):
    """Kill the worker that most callers talk to, and wait until another is in its place."""
    workers = psutil.Process(web.child.pid).children()
    max(workers, key=lambda worker: len(worker.net_connections())).kill()
    wait_until(lambda: is_replaced(web, workers), output=web.child.output, seconds=120)


def is_replaced(web, workers):
    now = psutil.Process(web.child.pid).children()
    return len(now) == len(workers) and len(set(now) & set(workers)) == len(workers) - 1
