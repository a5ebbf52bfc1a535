"""How often missed runs are looked for: as often as a tenant wants, and at the same moments
whatever scheduler looks."""

from datetime import UTC, datetime, timedelta

import pytest

from app.backups.rules.due import last_look
from app.core import clock

URL = "/api/v1/config/monitoring"
EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
LATE = datetime(2026, 11, 22, 3, 1, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def make_late(cast):
    """A job that nobody reports of, whose grace ends at LATE."""

    def call(tenant="acme"):
        with clock.hold(EVENING):
            return cast.create_job(
                tenant, backup_tool="veeam", schedule_type="daily", schedule_time="02:01"
            )

    return call


@pytest.mark.parametrize(
    ("at", "pause_seconds", "looked_at"),
    [
        (LATE, 60, LATE),
        (LATE + 59 * SECOND, 60, LATE),
        (LATE, 300, LATE - MINUTE),
        (LATE + 3 * MINUTE + 59 * SECOND, 300, LATE - MINUTE),
        (LATE + 4 * MINUTE, 300, LATE + 4 * MINUTE),
    ],
)
def test_looks_are_whole_pauses_apart(at, pause_seconds, looked_at):
    assert last_look(at, pause_seconds) == looked_at


def test_a_miss_is_told_at_the_next_look_and_once(admin, make_late, ticker, cast):
    admin.put(URL, {"missed_check_seconds": 300})
    make_late()

    attended = [
        ticker.tick(at)
        for at in (LATE, LATE + 4 * MINUTE - SECOND, LATE + 4 * MINUTE, LATE + 10 * MINUTE)
    ]

    assert attended == [0, 0, 1, 0]
    assert cast.events().count("backup.missed") == 1


def test_another_tenant_is_told_at_once(admin, make_late, ticker):
    admin.put(URL, {"missed_check_seconds": 3600})
    own, theirs = make_late(), make_late("globex")

    ticker.tick(LATE)

    assert (ticker.statuses(own.id), len(ticker.runs(theirs.id))) == ([], 1)


def test_due_runs_begin_as_soon_as_ever(admin, ticker, cast):
    admin.put(URL, {"missed_check_seconds": 3600})
    with clock.hold(EVENING):
        job = cast.create_job(schedule_type="daily", schedule_time="02:01", runner="branch")

    ticker.tick(LATE - 60 * MINUTE)

    assert ticker.statuses(job.id) == [("schedule", "queued")]
