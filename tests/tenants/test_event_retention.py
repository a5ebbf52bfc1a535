"""Old events are forgotten, each tenant's after its own time, once every follower has read them."""

from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.audit.service.recording import record_write
from app.core import clock
from app.core.http.trail import AuditEntry
from app.core.tenancy import as_tenant, unscoped
from app.events import service as events
from app.events.models import Event
from app.events.service import Fact
from app.events.service.following import follow
from app.tenants.service import retention
from tests.support.processes import wait_until

NOW = clock.utcnow()


@pytest.fixture
def tell(app, cast):
    """Record an event of some days ago."""

    def call(days_ago, tenant="acme"):
        fact = Fact("backup.started", "T", NOW - timedelta(days=days_ago), "backup", 1)
        with app.app_context(), as_tenant(cast.tenant(tenant)):
            events.record(fact, tenant_id=cast.tenant(tenant))

    return call


@pytest.fixture
def read_all(app):
    """Let a follower read to the end; other databases of the server may hold it up."""

    def call(name, count):
        seen = []

        def has_all():
            with app.app_context():
                follow(name, seen.extend, clock.utcnow())
            return len(seen) == count

        wait_until(has_all, what=f"{name} has read {count} events")

    return call


@pytest.fixture
def forget(app, cast):
    """Remove what is old; gives the ages in days that are left."""

    def call():
        with app.app_context():
            retention.remove_old_events(NOW)
        return [(NOW - event.occurred_at).days for event in cast.rows(Event)]

    return call


def test_what_is_older_goes_and_the_rest_stays(tell, forget):
    for days_ago in (900, 366, 364, 1):
        tell(days_ago)

    assert forget() == [364, 1]


def test_each_tenant_has_its_own_time(admin, tell, forget, cast):
    admin.put("/api/v1/tenants/current", {"event_retention_days": 31})
    with cast.app.app_context(), unscoped() as session:
        session.query(Event).delete()
    for tenant in ("acme", "globex"):
        for days_ago in (32, 30):
            tell(days_ago, tenant)

    assert forget() == [30, 32, 30]


def test_what_one_follower_has_not_read_stays_until_it_has(tell, read_all, forget):
    tell(900)
    read_all("quick", 1)
    read_all("slow", 1)
    tell(800)
    read_all("quick", 1)

    held = forget()
    read_all("slow", 1)

    assert (held, forget()) == ([800], [])


def test_a_follower_goes_on_after_what_it_read_was_removed(tell, read_all, forget):
    tell(900)
    read_all("quick", 1)
    forget()
    tell(1)

    read_all("quick", 1)

    assert forget() == [1]


def test_the_audit_log_is_never_touched(app, admin, forget, cast):
    with clock.hold(NOW - timedelta(days=4000)), app.app_context(), unscoped():
        entry = AuditEntry("backups.create_job", admin.actor, "127.0.0.1", "t", 201, "/")
        record_write(entry)

    forget()

    assert [(NOW - row.occurred_at).days for row in cast.rows(AuditRow)] == [4000]
