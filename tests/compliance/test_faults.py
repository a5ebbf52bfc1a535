"""A job that cannot be assessed leaves the others their turn, and is tried again."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.backups.models import BackupCopy, BackupJob
from app.compliance.service.following import check_due
from app.core import clock
from app.core.tenancy import unscoped

# Far beyond what the API takes, and beyond every calendar.
TOO_LONG = 2**31 - 1


@pytest.fixture
def set_limit(app):
    """Let every copy hold data, and be allowed to be so many hours old."""

    def call(hours):
        with app.app_context(), unscoped() as session:
            values = {"last_backup_at": clock.utcnow(), "max_age_hours": hours}
            session.execute(update(BackupCopy).values(**values))

    return call


def check(app, now):
    with app.app_context():
        return check_due(now)


def test_leaves_the_others_their_turn(app, job, veeam_job, set_limit, state_of):
    set_limit(TOO_LONG)

    check(app, clock.utcnow())

    assert (state_of(job), state_of(veeam_job).outcome) == (None, "nnnnn")


def test_is_tried_again_after_a_while(app, cast, job, set_limit, state_of):
    set_limit(TOO_LONG)
    now = clock.utcnow()
    check(app, now)
    (row,) = cast.rows(BackupJob)
    set_limit(24)

    at_once, later = check(app, now), check(app, row.compliance_check_at)

    assert (row.compliance_check_at, at_once, later) == (now + timedelta(minutes=5), 0, 1)
    assert state_of(job) is not None
