"""The dashboard beside a count over the raw rows, both seen at one moment."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.backups.models import Execution
from app.backups.values import BACKUP
from app.core import clock
from app.core.tenancy import as_tenant
from app.dashboard.rules import window_of
from app.dashboard.service import counting, folding
from app.dashboard.values import PERIODS, RESULTS
from app.events.models import Event
from tests.support.followers import wait_for_others


@pytest.fixture
def show(viewer):
    """What a view answers."""

    def call(view, **query):
        response = viewer.get(f"/api/v1/dashboard/{view}", query_string=query)
        assert response.status_code == 200, response.text
        return response.json["data"]

    return call


@pytest.fixture
def fold(app):
    """Fold once; gives how many events were taken at most."""

    def call():
        wait_for_others(app)
        with app.app_context():
            return folding.fold(clock.utcnow())

    return call


@pytest.fixture
def compare(app, cast):
    """The counts of every period, and the same counted over the rows, in one transaction."""

    def call(tenant="acme"):
        now = clock.utcnow()
        with app.app_context(), as_tenant(cast.tenant(tenant), read_only=True) as session:
            found = [counting.counts(window_of(period, now), now) for period in PERIODS]
            told = [(_runs_told(one), _events_told(one)) for one in found]
            runs = session.scalars(
                select(Execution).where(Execution.kind == BACKUP, Execution.status.in_(RESULTS))
            ).all()
            events = session.scalars(select(Event).where(Event.deleted_at.is_(None))).all()
        counted = [(_runs_counted(runs, one), _events_counted(events, one)) for one in found]
        return told, counted

    return call


def _runs_told(counts):
    return {
        (one.bucket, one.result): (one.runs, one.size_bytes, one.timed_runs, one.milliseconds)
        for one in counts.runs()
    }


def _events_told(counts):
    return {row[:-1]: row[-1] for row in counts.events("bucket", "type", "severity", "source")}


def _runs_counted(rows, counts):
    sums = {}
    for row in rows:
        if not counts.window.from_ <= row.execution_date < counts.window.to:
            continue
        bucket = row.execution_date.isoformat()[: counts.window.unit]
        seconds = row.duration_seconds
        one = (
            1,
            row.backup_size_bytes or 0,
            int(seconds is not None),
            0 if seconds is None else int(1000 * seconds + 0.5),
        )
        known = sums.get((bucket, row.status), (0, 0, 0, 0))
        sums[bucket, row.status] = tuple(map(sum, zip(known, one, strict=True)))
    return sums


def _events_counted(rows, counts):
    return dict(
        Counter(
            (
                row.occurred_at.isoformat()[: counts.window.unit],
                *(row.type, row.severity, row.source),
            )
            for row in rows
            if counts.window.from_ <= row.occurred_at < counts.window.to
        )
    )


@pytest.fixture
def now():
    """The time, which stands still for the test: it is the same day and hour to its end."""
    at = clock.utcnow()
    with clock.hold(at):
        yield at


@pytest.fixture
def veeam_job(cast):
    return cast.create_job(backup_tool="veeam")


@pytest.fixture
def report(reporter):
    """Tell of a run as a script does, so long ago."""

    def call(job, result="success", ago=timedelta(0), size=None, seconds=None):
        at = clock.to_wire(clock.utcnow() - ago)
        body = {"job_id": job.id, "execution_result": result, "execution_date": at}
        body |= {} if size is None else {"backup_size_bytes": size}
        body |= {} if seconds is None else {"duration_seconds": seconds}
        response = reporter.post("/api/backup/status", body)
        assert response.status_code == 201, response.text

    return call


@pytest.fixture
def keep(app, cast):
    """Keep rows of Acme as they are given."""

    def call(*rows):
        with app.app_context(), as_tenant(cast.tenant("acme")) as session:
            session.add_all(rows)

    return call
