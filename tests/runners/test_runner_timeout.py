"""How long a runner may be silent: as long as its tenant says."""

from datetime import timedelta

import pytest

from app.backups.models import Execution
from app.core import clock
from app.runners.models import Runner
from app.runners.service import losing

URL = "/api/v1/config/monitoring"


@pytest.fixture
def allow(admin):
    """Let runners of Acme be silent for so long."""

    def call(seconds):
        assert admin.put(URL, {"runner_timeout_seconds": seconds}).status_code == 200

    return call


@pytest.fixture
def look(app):
    def call(work):
        with app.app_context():
            return work(clock.utcnow())

    return call


def silent_for(change, cast, seconds):
    then = clock.utcnow() - timedelta(seconds=seconds)
    change(Runner, cast.rows(Runner)[0].id, last_seen_at=then)


def test_a_claim_and_a_heartbeat_hold_for_so_long(allow, claimed, runner, cast):
    allow(600)
    execution_id = claimed()
    claimed_until = cast.rows(Execution)[0].lease_until

    answer = runner.post(f"/api/v1/executions/{execution_id}/heartbeat", {})

    run = cast.rows(Execution)[0]
    assert answer.json["data"]["lease_seconds"] == 600
    assert claimed_until - run.started_at == timedelta(seconds=600)
    assert run.lease_until > claimed_until


def test_a_change_holds_from_the_next_heartbeat_on(allow, claimed, runner):
    execution_id = claimed()
    beat = f"/api/v1/executions/{execution_id}/heartbeat"
    before = runner.post(beat, {}).json["data"]["lease_seconds"]

    allow(60)

    assert (before, runner.post(beat, {}).json["data"]["lease_seconds"]) == (180, 60)


@pytest.mark.parametrize(("silence", "lost"), [(595, 0), (605, 1)])
def test_it_is_lost_after_so_long_and_not_before(allow, claimed, change, cast, look, silence, lost):
    allow(600)
    claimed()
    silent_for(change, cast, silence)

    assert look(losing.tell_lost) == lost


def test_another_tenants_setting_changes_nothing(outsider, claimed, change, cast, look):
    outsider.put(URL, {"runner_timeout_seconds": 600})
    claimed()
    silent_for(change, cast, 200)

    assert look(losing.tell_lost) == 1


def test_it_is_back_when_it_was_heard_of_within_so_long(allow, claimed, change, cast, look):
    allow(60)
    claimed()
    silent_for(change, cast, 70)
    look(losing.tell_lost)
    still = look(losing.tell_back)
    silent_for(change, cast, 50)

    assert (still, look(losing.tell_back), cast.rows(Runner)[0].lost_at) == (0, 1, None)


@pytest.mark.parametrize(
    ("seconds", "words"), [(180, "3 minutes"), (90, "90 seconds"), (60, "a minute")]
)
def test_what_it_ran_fails_and_says_how_long_it_was_silent(
    allow, claimed, change, cast, look, seconds, words
):
    allow(seconds)
    execution_id = claimed()
    change(Execution, execution_id, lease_until=clock.utcnow() - timedelta(seconds=1))

    look(losing.fail_lost)

    run = cast.rows(Execution)[0]
    assert (run.error_code, run.error_message) == (
        *("RUNNER_LOST", f"Its runner was not heard of for {words}."),
    )
