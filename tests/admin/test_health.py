"""GET /health, /health/live and /health/ready: alive, ready, limping, or unable to work."""

import socket
from datetime import timedelta

import pytest

import config
from app import create_app
from app.backups.models import Execution
from app.core import clock, signs
from app.core.background import Rounds
from app.core.db import db
from app.core.tenancy import unscoped
from tests.support.processes import free_port

PARTS = ("database", "broker", "storage")


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/health/live"])
def test_says_that_it_is_alive_without_a_sign_in(anonymous, path):
    response = anonymous.get(path)

    assert response.status_code == 200
    assert response.json["data"]["status"] == "ok"
    assert response.json["data"]["version"]


def test_is_ready_when_every_part_answers(anonymous):
    response = anonymous.get("/api/v1/health/ready")

    assert response.status_code == 200
    data = response.json["data"]
    assert (data["status"], data["queue_lag_seconds"]) == ("ok", 0.0)
    assert [data[part]["state"] for part in PARTS] == ["ok", "ok", "ok"]
    assert all(0 <= data[part]["latency_seconds"] < 5 for part in PARTS)


def test_tells_how_long_the_oldest_queued_run_has_waited(app, anonymous, operator, job):
    operator.post(f"/api/v1/backups/{job.id}/run", {})
    with app.app_context(), unscoped():
        db.session.query(Execution).update({"created_at": clock.utcnow() - timedelta(hours=1)})

    response = anonymous.get("/api/v1/health/ready")

    assert 3600 <= response.json["data"]["queue_lag_seconds"] < 3700


@pytest.mark.parametrize(("minutes", "status"), [(1, "ok"), (3, "degraded")])
def test_limps_when_no_scheduler_has_come_round(app, anonymous, minutes, status):
    with app.app_context():
        signs.give_sign(clock.utcnow() - timedelta(minutes=minutes))

    response = anonymous.get("/api/v1/health/ready")

    data = response.json["data"]
    assert (response.status_code, data["status"]) == (200, status)
    assert 60 * minutes <= data["scheduler_lag_seconds"] < 60 * minutes + 30


def test_a_schedulers_round_is_its_sign_of_life(app, anonymous):
    before = anonymous.get("/api/v1/health/ready").json["data"]
    with app.app_context():
        Rounds().run()

    after = anonymous.get("/api/v1/health/ready").json["data"]
    assert before["scheduler_lag_seconds"] is None
    assert 0 <= after["scheduler_lag_seconds"] < 60


def test_limps_when_the_broker_is_away(client_of):
    client = client_of(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

    response = client.get("/api/v1/health/ready")

    assert response.status_code == 200
    assert response.json["data"]["status"] == "degraded"
    assert [response.json["data"][part]["state"] for part in PARTS] == ["ok", "away", "ok"]


def test_limps_when_a_storage_root_is_gone(client_of, tmp_path):
    client = client_of(STORAGE_ROOTS=str(tmp_path / "unmounted"))

    response = client.get("/api/v1/health/ready")

    assert response.status_code == 200
    assert [response.json["data"][part]["state"] for part in PARTS] == ["ok", "ok", "away"]


def test_is_not_ready_but_alive_without_its_database(client_of, lost_database_url):
    client = client_of(DATABASE_URL=lost_database_url)

    ready, live = client.get("/api/v1/health/ready"), client.get("/api/v1/health/live")

    assert (ready.status_code, live.status_code) == (503, 200)
    assert ready.json["data"]["status"] == "unavailable"
    assert ready.json["data"]["queue_lag_seconds"] is None
    assert ready.json["data"]["database"]["state"] == "away"


def test_names_no_host_no_folder_and_no_address(client_of, lost_database_url, instance):
    client = client_of(DATABASE_URL=lost_database_url)

    text = client.get("/api/v1/health/ready").text

    assert [word in text for word in (socket.gethostname(), str(instance), "127.0.0.1")] == [
        False,
        False,
        False,
    ]


@pytest.fixture(autouse=True)
def storage(instance):
    """The folder that the preparing step makes."""
    (instance / "storage").mkdir(exist_ok=True)


@pytest.fixture
def client_of(app, environ):
    """A client of the application over other settings."""
    made = []

    def make(**settings):
        other = create_app(config.load({**environ, **settings}))
        made.append(other)
        return other.test_client()

    yield make
    for other in made:
        with other.app_context():
            db.engine.dispose()


@pytest.fixture
def lost_database_url(environ, tmp_path):
    """Where no database is, of the same kind as the one under test."""
    if environ["DATABASE_URL"].startswith("sqlite"):
        return f"sqlite:///{tmp_path}/missing/holdfast.db"
    return f"postgresql://postgres@127.0.0.1:{free_port()}/holdfast"
