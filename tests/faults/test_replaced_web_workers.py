"""gunicorn that is told to begin anew (HUP) or to end (TERM) while callers post."""

import signal
import time
from contextlib import closing

import psutil
import pytest

from tests.support.deployment import SHIPPED, direct, locked, through
from tests.support.load import UNAVAILABLE, Load
from tests.support.processes import wait_until
from tests.support.proxy import running_proxy
from tests.support.web import running_web
from tests.support.wholeness import halves_in, marks_in

CALLERS = 6


@pytest.fixture
def web(deployment):
    with running_web(deployment.environ, *SHIPPED) as made:
        yield made


@pytest.fixture
def proxy(web):
    with running_proxy(web.port) as made:
        yield made


def test_a_reload_under_load_costs_no_request(web, proxy, deployment, ledger):
    """Where the server was already closing a connection a client may have to send again, and can:
    then nothing was done."""
    posts = [post.sent_again_for(60) for post in deployment.posts]
    idle = direct(web)()
    with closing(idle), Load(ledger, posts, callers(web, proxy)) as load:
        send_on(idle, posts[0], ledger.open("status"), ledger)
        ledger.await_more(60)
        before = set(workers_of(web))
        web.child.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not before & set(workers_of(web)), output=web.child.output, seconds=120)
        ledger.await_more(60)
        mark = ledger.open("status")
        with pytest.raises(ConnectionError):
            send_on(idle, posts[0], mark, ledger)
        idle.close()
        send_on(idle, posts[0], mark, ledger)

    tally = ledger.settle(marks_in(deployment.cast))
    assert (tally.acknowledged, tally.found) == (tally.sent, tally.sent)
    assert tally.doubled == 0
    assert halves_in(deployment.cast) == []
    assert load.improper == []


def test_what_is_in_hand_at_a_term_is_answered_and_nothing_else_is_done(
    web, proxy, deployment, ledger
):
    posts = [post.sent_again_for(0) for post in deployment.posts]
    with Load(ledger, posts, callers(web, proxy)) as load:
        ledger.await_more(60)
        with locked(deployment) as waiting:
            wait_until(lambda: waiting() == CALLERS, output=web.child.output)
            in_hand = ledger.unacknowledged
            web.child.process.terminate()
            wait_until(lambda: "Handling signal: term" in web.child.output())
            # Long enough for a process that ends at once to have done so.
            time.sleep(2)
        code = web.child.process.wait(120)

    tally = ledger.settle(marks_in(deployment.cast))
    assert (len(in_hand), in_hand - ledger.acknowledged, code) == (CALLERS, set(), 0)
    assert (tally.found, tally.lost, tally.doubled) == (tally.acknowledged, 0, 0)
    assert halves_in(deployment.cast) == []
    assert load.improper == []
    assert load.refusals.keys() - {UNAVAILABLE} == set()


def callers(web, proxy):
    return [direct(web), through(proxy)] * (CALLERS // 2)


def send_on(connection, post, mark, ledger):
    """One post outside the load."""
    ledger.sending(mark)
    with post.send(connection, mark) as answer:
        assert answer.status == 201
        answer.read()
    ledger.acknowledge(mark)


def workers_of(web):
    return psutil.Process(web.child.pid).children()
