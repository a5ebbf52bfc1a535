"""Redis or PostgreSQL away for a while: nothing is lost, and the processes go on afterwards."""

import json
import time
from urllib.request import Request, urlopen

import flask_migrate
import psutil
import pytest

import config
from app import create_app
from app.core.db import db
from tests.support import postgres, redis
from tests.support.cast import Cast
from tests.support.house import (
    SLOW_BYTES,
    WALKING,
    await_engine,
    await_status,
    house_process,
    queue_run,
)
from tests.support.processes import free_port, wait_until
from tests.support.watchdog import run_folder
from tests.support.web import running_web


def test_a_run_asked_for_while_redis_is_away_is_accepted_and_done_later(
    app, operator, job, environ, throttle
):
    port = free_port()
    house = {**environ, "PATH": throttle.path, "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with (
        redis.running_server(port) as server,
        running_web(house) as web,
        worker_of(house) as worker,
    ):
        get(f"{web.url}/api/v1/backups", operator.headers)
        psutil.Process(server.pid).kill()
        began = time.monotonic()
        status, body = post(f"{web.url}/api/v1/backups/{job.id}/run", operator.headers)
        took_seconds = time.monotonic() - began
        wait_until(lambda: "queue_away" in worker.output(), output=worker.output)
        with house_process("scheduler", house) as scheduler, redis.running_server(port):
            execution_id = body["data"]["execution_id"]
            done = await_status(app, execution_id, "success", worker)
            is_alive = scheduler.process.poll() is None

    assert (status, body["data"]["status"], done.attempt) == (202, "queued", 1)
    # Each question to Redis may cost its time-out; a hang would cost the client's.
    assert took_seconds < 20
    assert is_alive


def test_a_run_outlives_an_absence_of_postgresql_and_the_processes_go_on(
    elsewhere, house, throttle, server, tmp_path
):
    cast = Cast(elsewhere, tmp_path)
    operator = cast.caller("operator")
    job = cast.create_job()
    with open("/dev/urandom", "rb") as source, open(f"{job.source_path}/random", "wb") as target:
        target.write(source.read(SLOW_BYTES))
    throttle.slow_down(WALKING)
    url = elsewhere.config["SQLALCHEMY_DATABASE_URI"]
    house = {**house, "DATABASE_URL": url}

    with worker_of(house) as worker, house_process("scheduler", house) as scheduler:
        execution_id = queue_run(operator, job)
        await_engine(worker, "backup")
        server.execute(f"ALTER DATABASE {name_of(url)} ALLOW_CONNECTIONS false")
        server.throw_out(name_of(url))
        wait_until(lambda: "step_failed" in scheduler.output(), output=scheduler.output)
        server.execute(f"ALTER DATABASE {name_of(url)} ALLOW_CONNECTIONS true")
        with elsewhere.app_context():
            db.engine.dispose()
        first = await_status(elsewhere, execution_id, "success", worker)
        throttle.speed_up()
        second = await_status(elsewhere, queue_run(operator, job), "success", worker)

    assert (first.attempt, second.attempt) == (1, 1)


@pytest.fixture
def house(house, tmp_path):
    """A storage of this test's own: two databases give out the same ids."""
    return {
        **house,
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "STORAGE_ROOTS": str(tmp_path / "storage"),
    }


@pytest.fixture
def server(tmp_path_factory):
    return postgres.shared_server(run_folder(tmp_path_factory))


@pytest.fixture
def elsewhere(house, server, worker_name):
    """The application over a PostgreSQL database that may be taken away from it."""
    url = server.create_database(f"away_{worker_name}")
    app = create_app(config.load({**house, "DATABASE_URL": url}))
    app.testing = True
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()
    server.drop_database(f"away_{worker_name}")


def post(url, headers):
    given = {**headers, "Content-Type": "application/json"}
    return get(url, given, data=b"{}")


def get(url, headers, data=None):
    with urlopen(Request(url, data=data, headers=headers), timeout=120) as answer:
        return answer.status, json.load(answer)


def worker_of(house):
    return house_process("worker", house)


def name_of(url):
    return url.rpartition("/")[2]
