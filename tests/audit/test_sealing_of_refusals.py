"""A row that counts a minute's refusals is sealed once nothing can be counted in it any more."""

from datetime import UTC, datetime, timedelta

import pytest

from app.audit.models import AuditRow
from app.core import clock
from tests.support.cast import Caller

JOBS = "/api/v1/backups"
NOON = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def nobody(app):
    """A caller whose key is not known: no token of theirs depends on the time."""
    return Caller(app.test_client(), {"X-API-Key": "hf_x_y"})


def test_a_minutes_refusals_are_sealed_when_the_minute_is_over(nobody, cast, seal_all):
    with clock.hold(NOON):
        nobody.get(JOBS)
    early = seal_all(NOON + timedelta(seconds=49))
    with clock.hold(NOON + timedelta(seconds=49)):
        nobody.get(JOBS)

    late = seal_all(NOON + timedelta(seconds=50))

    (row,) = cast.rows(AuditRow)
    assert (early, late, row.count) == (0, 1, 2)


def test_a_refusal_that_a_slow_clock_puts_into_a_sealed_minute_is_a_row_of_its_own(
    nobody, cast, seal_all
):
    with clock.hold(NOON):
        nobody.get(JOBS)
    seal_all(NOON + timedelta(minutes=1))
    (before,) = cast.rows(AuditRow)

    with clock.hold(NOON):
        nobody.get(JOBS)

    sealed, new = cast.rows(AuditRow)
    assert (sealed.count, sealed.hash, new.count, new.position) == (1, before.hash, 1, None)
