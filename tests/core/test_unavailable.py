"""A database that is away is a 503 with Retry-After, and nothing is half-written."""

from contextlib import contextmanager

import flask_migrate
import pytest
from psycopg2 import sql

import config
from app import create_app
from app.core.db import db
from app.events.models import Event
from app.users.models import User
from tests.support import postgres, watchdog
from tests.support.cast import PASSWORD, Caller, Cast

JOBS = "/api/v1/backups"
LOGIN = "/api/v1/auth/login"


@contextmanager
def application(folder, database_url):
    settings = {
        "FLASK_ENV_NAME": "testing",
        "INSTANCE_PATH": str(folder),
        "DATABASE_URL": database_url,
        "BACKUP_SOURCE_ROOTS": str(folder),
    }
    app = create_app(config.load(settings))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def server():
    with postgres.running_server() as running:
        yield running


@pytest.fixture
def stage(server, tmp_path):
    with application(tmp_path, server.create_database("away")) as app:
        with app.app_context():
            flask_migrate.upgrade()
        yield Cast(app, tmp_path)


def close(server, *, is_closed):
    """Let nobody into the database, and throw out who is there; or let them in again."""
    allow = sql.SQL("ALTER DATABASE away ALLOW_CONNECTIONS {}")
    server.execute(allow.format(sql.Literal(not is_closed)))
    server.throw_out("away")


def assert_is_away(response):
    assert (response.status_code, response.json["error"]) == (503, "UNAVAILABLE")
    assert int(response.headers["Retry-After"]) >= 1
    assert response.json["meta"]["trace_id"] == response.headers["X-Request-ID"]
    assert "away" not in response.text.replace("/", "")


def test_every_way_in_is_503_while_the_database_is_away_and_works_again(server, stage):
    operator, admin = stage.caller("operator"), stage.caller("admin")
    anonymous = Caller(operator.client, {})
    assert operator.get(JOBS).status_code == 200
    close(server, is_closed=True)

    for _ in range(2):
        assert_is_away(operator.get(JOBS))
        assert_is_away(admin.get(JOBS))
        assert_is_away(operator.delete(f"{JOBS}/1"))
        body = {"username": operator.username, "password": PASSWORD}
        assert_is_away(anonymous.post(LOGIN, body))
    assert anonymous.get("/api/v1/health/live").status_code == 200
    assert anonymous.get("/api/v1/health/ready").status_code == 503

    close(server, is_closed=False)
    assert operator.get(JOBS).status_code == 200


def test_a_refusal_that_cannot_be_kept_is_503_too(server, stage):
    viewer = stage.caller("viewer")
    assert viewer.get(JOBS).status_code == 200
    close(server, is_closed=True)

    response = viewer.post(JOBS, {})

    assert_is_away(response)
    close(server, is_closed=False)


def test_a_wrong_password_counts_only_when_it_can_be_written(server, stage):
    user = stage.user("viewer")
    anonymous = Caller(stage.app.test_client(), {})
    body = {"username": user.username, "password": "a wrong password"}
    close(server, is_closed=True)

    response = anonymous.post(LOGIN, body)

    assert_is_away(response)
    close(server, is_closed=False)
    assert [row.failed_logins for row in stage.rows(User)] == [0]
    assert stage.rows(Event) == []


def test_a_server_that_has_stopped_is_503(tmp_path):
    with postgres.running_server() as server:
        with application(tmp_path, server.url()) as app:
            caller = Caller(app.test_client(), {})
            watchdog.dismiss(server.pid)

            response = caller.post(LOGIN, {"username": "a", "password": "b"})

    assert_is_away(response)


def test_an_sqlite_file_that_cannot_be_opened_is_503(tmp_path):
    with application(tmp_path, f"sqlite:///{tmp_path}/nowhere/holdfast.db") as app:
        caller = Caller(app.test_client(), {})

        response = caller.post(LOGIN, {"username": "a", "password": "b"})

    assert_is_away(response)
