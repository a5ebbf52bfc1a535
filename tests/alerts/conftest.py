"""What the tests of alerts share: events of any kind, and the scheduler that follows them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.alerts.models import Alert, AlertNotice
from app.alerts.service import following, looking
from app.backups.models import BackupJob
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.events import service as events
from tests.support.followers import has_read_all
from tests.support.processes import wait_until

JOB, PROVIDER, RUNNER = "backup", "storage_provider", "runner"


class Desk:
    """A scheduler at the test's own time, with whatever it is told of."""

    def __init__(self, app: Any, cast: Any) -> None:
        self.app, self.cast = app, cast
        self.now = clock.utcnow()

    def record(self, type_: str, subject: tuple[str, int] | None = None, **more: Any) -> None:
        """An event of Acme, at the time that it is."""
        kind, subject_id = subject or (None, None)
        tenant_id = self.cast.tenant(more.pop("tenant", "acme"))
        given = {"title": f"{type_} happened", "occurred_at": self.now, **more}
        fact = events.Fact(type=type_, subject_type=kind, subject_id=subject_id, **given)
        with self.app.app_context(), as_tenant(tenant_id):
            events.record(fact, tenant_id=tenant_id)

    def follow(self) -> None:
        """Let the scheduler see all that was recorded.

        Once does, unless other databases of the same server write at that moment.
        """

        def is_done() -> bool:
            with self.app.app_context(), clock.hold(self.now):
                following.follow_events(self.now)
                return has_read_all(following.FOLLOWER)

        wait_until(is_done, seconds=60, what="the events are followed")

    def tell(self, type_: str, subject: tuple[str, int] | None = None, **more: Any) -> None:
        """Record an event and let it be followed."""
        self.record(type_, subject, **more)
        self.follow()

    def wait(self, **span: float) -> None:
        """Let time go by, and the scheduler do what time brings about."""
        self.now += timedelta(**span)
        self.look()

    def look(self) -> None:
        with self.app.app_context(), clock.hold(self.now):
            looking.look_at_due(self.now)
            looking.hold_against_facts(self.now)

    def alerts(self) -> list[Alert]:
        return self.cast.rows(Alert)

    def alert(self) -> Alert:
        """The only one."""
        (found,) = self.alerts()
        return found

    def notices(self) -> list[str]:
        return [notice.kind for notice in self.cast.rows(AlertNotice)]

    def change(self, model: Any, row_id: int, **values: Any) -> None:
        """Set what a domain below knows of a row."""
        with self.app.app_context(), unscoped() as session:
            session.query(model).filter_by(id=row_id).update(values)


@pytest.fixture
def desk(app: Any, cast: Any) -> Desk:
    """The scheduler's work for alerts, at a time that the test moves on."""
    return Desk(app, cast)


@pytest.fixture
def failing(desk: Desk, job: Any) -> Callable[..., tuple[str, int]]:
    """Let the job fail once; gives it as a subject."""

    def call(result: str = "failed", **more: Any) -> tuple[str, int]:
        desk.change(BackupJob, job.id, last_result=result)
        desk.tell(f"backup.{result}", (JOB, job.id), **more)
        return (JOB, job.id)

    return call
