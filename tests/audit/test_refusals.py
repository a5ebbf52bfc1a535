"""A 401 or 403 is kept; a caller's flood of them is one row a minute with a count."""

from datetime import UTC, datetime, timedelta

import pytest

from app.audit.models import AuditRow
from app.core import clock
from tests.support.cast import Caller

JOBS = "/api/v1/backups"
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def nobody(app):
    """A caller whose key is not known: no token of theirs depends on the time."""
    return Caller(app.test_client(), {"X-API-Key": "hf_x_y"})


def test_a_403_tells_who_wanted_what(viewer, job, cast):
    path = f"{JOBS}/{job.id}"

    viewer.delete(path, headers={"X-Request-ID": "t-1"})

    (row,) = cast.rows(AuditRow)
    assert (row.status, row.code, row.action) == (403, "FORBIDDEN", "backups.delete_job")
    assert (row.actor_id, row.tenant_id) == (viewer.actor.user_id, viewer.actor.tenant_id)
    assert (row.path, row.trace_id, row.count, row.changes) == (path, "t-1", 1, [])


def test_a_401_tells_from_where(anonymous, cast):
    anonymous.get(JOBS, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})

    (row,) = cast.rows(AuditRow)
    assert (row.status, row.code) == (401, "AUTHENTICATION_REQUIRED")
    assert (row.actor_id, row.tenant_id, row.address) == (None, None, "192.0.2.7")


def test_a_minutes_flood_is_one_row(nobody, cast):
    for second in (0, 1, 49):
        with clock.hold(NOW + timedelta(seconds=second)):
            nobody.get(JOBS)
    with clock.hold(NOW + timedelta(seconds=50)):
        nobody.get(JOBS)

    assert [row.count for row in cast.rows(AuditRow)] == [3, 1]


def test_each_caller_and_reason_has_a_row(nobody, anonymous, cast):
    with clock.hold(NOW):
        nobody.get(JOBS)
        anonymous.get(JOBS)
        nobody.get(JOBS, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})

    assert [(row.code, row.address, row.count) for row in cast.rows(AuditRow)] == [
        ("INVALID_CREDENTIALS", "127.0.0.1", 1),
        ("AUTHENTICATION_REQUIRED", "127.0.0.1", 1),
        ("INVALID_CREDENTIALS", "192.0.2.7", 1),
    ]


def test_a_failed_sign_in_is_kept(anonymous, cast):
    body = {"username": "nobody", "password": "a wrong password"}

    anonymous.post("/api/v1/auth/login", body)

    (row,) = cast.rows(AuditRow)
    assert (row.action, row.status) == ("auth.log_in", 401)
    assert "a wrong password" not in str(vars(row))


@pytest.mark.parametrize("path", [f"{JOBS}/1", "/api/v1/nothing", f"{JOBS}?page=x"])
def test_other_refusals_leave_no_row(path, viewer, cast):
    viewer.get(path)

    assert cast.rows(AuditRow) == []
