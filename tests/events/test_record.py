"""An event stands or falls with the change that it tells of."""

from datetime import UTC, datetime

import pytest

from app.core.tenancy import as_tenant
from app.events import service as events
from app.events.models import Event
from app.events.service import Fact
from app.events.values import BACKUP_FAILED, SEVERITY_OF

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def record(app, cast, **fields):
    acme = cast.tenant("acme")
    with app.app_context(), as_tenant(acme):
        events.record(Fact(**{"title": "t", "occurred_at": NOW, **fields}), tenant_id=acme)


@pytest.mark.parametrize(("kind", "severity"), SEVERITY_OF.items())
def test_the_severity_follows_from_the_type(kind, severity, app, cast):
    record(app, cast, type=kind)

    (row,) = cast.rows(Event)
    assert (row.type, row.severity, row.occurred_at) == (kind, severity, NOW)


def test_a_given_severity_is_kept(app, cast):
    record(app, cast, type=BACKUP_FAILED, severity="critical")

    assert cast.rows(Event)[0].severity == "critical"


def test_a_long_title_is_cut(app, cast):
    record(app, cast, type=BACKUP_FAILED, title="x" * 400)

    assert cast.rows(Event)[0].title == "x" * 300


def test_subject_trace_and_data_come_back_as_given(app, cast):
    data = {"bytes": 2**53, "text": "Büro 🗂", "nested": [None, True, 1.5]}

    record(app, cast, type=BACKUP_FAILED, subject_type="backup", subject_id=7, data=data,
           trace_id="t-1")  # fmt: skip

    (row,) = cast.rows(Event)
    assert (row.subject_type, row.subject_id, row.trace_id) == ("backup", 7, "t-1")
    assert row.data == data


def test_what_rolls_back_never_happened(app, cast):
    acme = cast.tenant("acme")

    with app.app_context(), as_tenant(acme) as session:
        events.record(Fact(type=BACKUP_FAILED, title="t", occurred_at=NOW), tenant_id=acme)
        session.rollback()

    assert cast.rows(Event) == []
