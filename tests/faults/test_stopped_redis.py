"""Redis that is away while callers post, and comes back empty: nobody but the limits notices."""

from contextlib import closing
from http.client import HTTPConnection

import psutil
import pytest
import redis as client

from app.backups.models import Execution
from app.core.queue import queues_of
from tests.support import postgres, redis
from tests.support.deployment import SHIPPED, deployed, direct, through
from tests.support.house import house_process
from tests.support.load import Load
from tests.support.processes import free_port, wait_until
from tests.support.proxy import running_proxy
from tests.support.watchdog import run_folder
from tests.support.web import running_web
from tests.support.wholeness import halves_in, marks_in

READS = 40
RUNS = 3


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def deployment(port, tmp_path, tmp_path_factory, worker_name):
    """Over a Redis that is this test's own."""
    server = postgres.shared_server(run_folder(tmp_path_factory))
    url = server.create_database(f"faults_{worker_name}")
    settings = {"RATE_LIMIT_READS": f"{READS} per hour", "SWEEP_SECONDS": "1"}
    address = redis.RedisServer(0, port).url()
    with deployed(tmp_path, url, REDIS_URL=address, **settings) as made:
        yield made
    server.drop_database(f"faults_{worker_name}")


def test_no_request_suffers_while_redis_is_away_and_what_waited_is_handed_over(
    deployment, ledger, port
):
    cast = deployment.cast
    operator, viewer = cast.caller("operator"), cast.caller("viewer")
    jobs = [cast.create_job().id for _ in range(RUNS)]
    with (
        redis.running_server(port) as first,
        running_web(deployment.environ, *SHIPPED) as web,
        running_proxy(web.port) as proxy,
    ):
        with Load(ledger, deployment.posts, [direct(web), through(proxy)] * 3) as load:
            ledger.await_more(100)
            psutil.Process(first.pid).kill()
            ledger.await_more(100)
            accepted = [ask(web, f"/api/v1/backups/{job}/run", operator, b"{}") for job in jobs]
            reads = [ask(web, "/api/v1/tasks", viewer) for _ in range(10)]
            with redis.running_server(port) as second:
                ledger.await_more(100)
                load.stop()
                wait_until(
                    lambda: counted(second, viewer) == 10, output=web.child.output, seconds=120
                )
                with house_process("scheduler", deployment.environ) as scheduler:
                    wait_until(
                        lambda: waiting(deployment) >= RUNS, output=scheduler.output, seconds=180
                    )
                wait_until(lambda: ask(web, "/api/v1/tasks", viewer) == 429)

    tally = ledger.settle(marks_in(cast))
    assert (accepted, reads) == ([202] * RUNS, [200] * 10)
    assert (tally.lost, tally.doubled, tally.sent - tally.acknowledged) == (0, 0, 0)
    assert [run.status for run in cast.rows(Execution) if run.job_id in jobs] == ["queued"] * RUNS
    assert halves_in(cast) == []
    assert load.refusals == {}


def ask(web, path, caller, body=None):
    """The status of one request over a connection of its own, which either worker may take."""
    with closing(HTTPConnection("127.0.0.1", web.port, timeout=120)) as connection:
        method = "GET" if body is None else "POST"
        headers = {**caller.headers, "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        return connection.getresponse().status


def counted(server, caller):
    """How many reads of this caller Redis knows of, from all workers."""
    with client.Redis(port=server.port) as asked:
        names = list(asked.scan_iter(f"holdfast:limit:*reads:{caller.actor.key}/*"))
        return sum(int(asked.get(name)) for name in names)


def waiting(deployment):
    """How many messages about runs are in Redis."""
    return queues_of(deployment.app).runs.pending_count()
