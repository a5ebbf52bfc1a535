"""What the scheduler does again and again: each step for itself, each when its pause is over."""

import time
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from app.auth.models import TokenFamily
from app.backups.models import Execution
from app.core import background, clock
from app.core.background import Rounds
from app.core.tenancy import unscoped
from app.legacy.models import StatusPost
from app.legacy.values import POSTS_KEPT


@pytest.fixture
def bare():
    """An application that registers nothing by itself."""
    app = Flask("bare")
    with app.app_context():
        yield app


@pytest.fixture
def families(app, cast):
    """Sign-ins by the moments at which they expire."""

    def make(*moments, tenant="acme"):
        user, tenant_id = cast.user("viewer", tenant), cast.tenant(tenant)
        rows = [
            {
                "user_id": user.id,
                "tenant_id": tenant_id,
                "auth_epoch": 0,
                "refresh_jti": str(uuid.uuid4()),
                "created_at": moment,
                "expires_at": moment,
            }
            for moment in moments
        ]
        with app.app_context(), unscoped() as session:
            session.execute(insert(TokenFamily.__table__), rows)

    return make


@pytest.fixture
def posts(cast, reporter, job):
    """Status posts of one script, by the moments at which they arrive."""

    def make(*moments):
        body = {"job_id": job.id, "execution_result": "success"}
        for moment in moments:
            with clock.hold(moment):
                assert reporter.post("/api/backup/status", body).status_code == 201

    return make


def test_a_step_that_fails_leaves_the_others_their_turn(bare):
    done = []
    background.every_round(bare, "broken", lambda now: 1 // 0)
    background.every_round(bare, "sound", lambda now: done.append(now) or 0)

    Rounds().run()

    assert len(done) == 1


def test_steps_are_done_in_the_order_in_which_they_were_registered(bare):
    done = []
    for name in ("one", "two", "three"):
        background.every_round(bare, name, lambda now, name=name: done.append(name) or 0)
    rounds = Rounds()

    rounds.run()
    rounds.run()

    assert done == ["one", "two", "three"] * 2


def test_a_step_keeps_its_own_pace(bare):
    done = []
    background.every_round(bare, "slow", lambda now: done.append("slow") or 0)
    background.every(bare, "quick", lambda now: done.append("quick") or 0, seconds=0.02)
    rounds = Rounds(pause_seconds=3600)

    rounds.run()
    rest = rounds.seconds_left()
    time.sleep(0.03)
    rounds.run()

    assert done == ["slow", "quick", "quick"]
    assert rest <= 0.02


def test_a_purge_waits_for_its_pause(app, cast, families):
    rounds, past = Rounds(), clock.utcnow() - timedelta(days=1)
    with app.app_context():
        rounds.run()
        families(past)
        rounds.run()

    assert [row.expires_at for row in cast.rows(TokenFamily)] == [past]


def test_a_purge_removes_what_has_expired_of_every_tenant(app, cast, families):
    now = clock.utcnow()
    families(now - timedelta(days=1), now + timedelta(days=1))
    families(now - timedelta(days=2), tenant="globex")

    with app.app_context():
        Rounds().run()

    assert [row.expires_at for row in cast.rows(TokenFamily)] == [now + timedelta(days=1)]


def test_a_purge_removes_more_than_one_batch(app, cast, families):
    now = clock.utcnow()
    families(*[now - timedelta(days=1)] * 2_500, now + timedelta(days=1))

    with app.app_context():
        Rounds().run()

    assert [row.expires_at for row in cast.rows(TokenFamily)] == [now + timedelta(days=1)]


def test_a_post_is_forgotten_after_its_time_and_its_run_is_not(app, cast, posts):
    now = clock.utcnow()
    day = timedelta(days=1)
    posts(now - POSTS_KEPT - day, now - POSTS_KEPT + day)

    with app.app_context():
        Rounds().run()

    assert [row.arrived_at for row in cast.rows(StatusPost)] == [now - POSTS_KEPT + day]
    assert len(cast.rows(Execution)) == 2
