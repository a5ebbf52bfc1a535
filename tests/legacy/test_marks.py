"""A job's marks spare the search for earlier posts, and never hide one that matters."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.backups.models import BackupJob, Execution
from app.core import clock
from app.legacy.rules.matching import Earlier, Post, is_beyond, marks_after, match
from app.legacy.values import RECORD_EXECUTION, STATUS, UPDATE_STATUS

T0 = datetime(2025, 10, 30, 3, 0, tzinfo=UTC)
MOMENTS = st.one_of(st.none(), st.integers(-2_000, 2_000).map(lambda s: T0 + timedelta(seconds=s)))
# What a script sends: the same bytes at the same endpoint always carry the same dates.
SENT = st.tuples(
    st.sampled_from([STATUS, UPDATE_STATUS, RECORD_EXECUTION]), MOMENTS, MOMENTS, MOMENTS
)
ARRIVALS = st.tuples(SENT, st.integers(0, 2_000), st.sampled_from(["success", "failed"]))


def post_of(sent, arrived, result="success"):
    arrived_at = T0 + timedelta(seconds=arrived)
    return Post(sent[0], "key:1", result, repr(sent).encode(), arrived_at, *sent[1:])


@settings(deadline=None, max_examples=500)
@given(st.lists(ARRIVALS, max_size=6), ARRIVALS)
def test_a_post_beyond_the_marks_matches_none_of_all_earlier_ones(before, last):
    told_until = undated_at = None
    earlier = []
    for number, arrival in enumerate(before):
        one = post_of(*arrival)
        told_until, undated_at = marks_after(one, told_until, undated_at)
        dates = (one.started_at, one.finished_at, one.single_date)
        earlier.append(Earlier(number, one.endpoint, one.body_hash, one.arrived_at, *dates))
    new = post_of(*last)

    assert not is_beyond(new, told_until, undated_at) or match(new, earlier) is None


@pytest.mark.parametrize(
    ("date", "told", "undated", "expected"),
    [
        (121, 0, None, True),
        (120, 0, None, False),
        (-500, 0, None, False),
        (0, None, None, True),
        (500, 0, -601, True),
        (500, 0, -600, False),
        (None, None, None, False),
    ],
)
def test_only_a_date_well_beyond_all_told_spares_the_search(date, told, undated, expected):
    def at(seconds):
        return None if seconds is None else T0 + timedelta(seconds=seconds)

    new = post_of((STATUS, None, None, at(date)), 0)

    assert is_beyond(new, at(told), at(undated)) is expected


def test_posts_leave_their_marks_on_the_job_and_not_on_its_version(cast, reporter, job):
    body = {"job_id": job.id, "execution_result": "success"}
    with clock.hold(T0):
        reporter.post("/api/backup/status", body)
        reporter.post("/api/backup/status", {**body, "execution_date": "2025-10-30T02:00:00Z"})

    (kept,) = [row for row in cast.rows(BackupJob) if row.id == job.id]
    assert (kept.dates_told_until, kept.undated_post_at) == (T0 - timedelta(hours=1), T0)
    assert kept.version == job.version


def test_a_repeat_of_a_dated_post_is_still_one_run(cast, reporter, job):
    body = {
        "job_id": job.id,
        "execution_result": "success",
        "execution_date": "2025-10-30T02:00:00Z",
    }
    with clock.hold(T0):
        first = reporter.post("/api/backup/status", body).json["execution_id"]
    with clock.hold(T0 + timedelta(minutes=9)):
        second = reporter.post("/api/backup/status", body).json["execution_id"]

    assert first == second
    assert len(cast.rows(Execution)) == 1
