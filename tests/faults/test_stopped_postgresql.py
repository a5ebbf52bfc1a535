"""PostgreSQL that is away for ten seconds while callers post, and comes back with its files."""

import signal
import time

import pytest

from tests.support.deployment import SHIPPED, deployed, direct, mishaps_of, through
from tests.support.durable_postgres import durable_server
from tests.support.load import IN_PROGRESS, UNAVAILABLE, Load
from tests.support.proxy import running_proxy
from tests.support.web import running_web
from tests.support.wholeness import halves_in, marks_in

AWAY_SECONDS = 10


@pytest.fixture
def postgresql():
    with durable_server() as server:
        yield server


@pytest.fixture
def deployment(postgresql, redis_url, tmp_path):
    url = postgresql.server.create_database("faults")
    with deployed(tmp_path, url, REDIS_URL=redis_url) as made:
        yield made


@pytest.mark.parametrize("how", ["as by a crash", "as by a restart"])
def test_nothing_acknowledged_is_lost_when_postgresql_is_stopped(
    deployment, postgresql, ledger, how
):
    with running_web(deployment.environ, *SHIPPED) as web, running_proxy(web.port) as proxy:
        connects = [direct(web), through(proxy)] * 3
        with Load(ledger, deployment.posts, connects) as load:
            ledger.await_more(100)
            if how == "as by a crash":
                postgresql.stop(signal.SIGQUIT)
            else:
                # At first only who comes anew is turned away.
                postgresql.signal(signal.SIGTERM)
                time.sleep(2)
                postgresql.stop(signal.SIGINT)
            time.sleep(AWAY_SECONDS)
            postgresql.start()
            ledger.await_more(100)
        mishaps = mishaps_of(web)

    tally = ledger.settle(marks_in(deployment.cast))
    assert (tally.lost, tally.doubled, tally.unknown) == (0, 0, 0)
    assert halves_in(deployment.cast) == []
    assert (load.improper, mishaps) == ([], [])
    assert load.refusals.keys() - {IN_PROGRESS} == {UNAVAILABLE}
