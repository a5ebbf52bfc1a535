"""Acme's channels, alerts as app/alerts writes them, and a scheduler whose clock is the test's."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.alerts.models import Alert, AlertNotice
from app.core import clock
from app.core.tenancy import as_tenant
from app.events import service as events
from app.notifications.models import NotificationItem
from app.notifications.service import flushing, following, sending, taking
from tests.support.cast import Caller, Cast
from tests.support.followers import has_read_all
from tests.support.mail import Postmaster, mail_server
from tests.support.processes import wait_until
from tests.support.webhook import Receiver, webhook_receiver

CHANNELS = "/api/v1/notification-channels"


class Teller:
    """What alerts and a scheduler do, at moments that a test chooses."""

    def __init__(self, app: Flask, cast: Cast, admin: Caller) -> None:
        self.app, self.cast, self.admin = app, cast, admin
        self.now = clock.utcnow()
        self._made = 0

    def channel(self, **fields: Any) -> Any:
        self._made += 1
        response = self.admin.post(CHANNELS, {"name": f"Channel {self._made}", **fields})
        assert response.status_code == 201, response.text
        self.now = max(self.now, clock.utcnow())
        return response.json["data"]  # type: ignore[index]

    def email_channel(self, **fields: Any) -> Any:
        return self.channel(kind="email", **{"recipients": ["ops@example.com"], **fields})

    def shown(self, channel: Any) -> Any:
        return self.admin.get(f"{CHANNELS}/{channel['id']}").json["data"]  # type: ignore[index]

    def sent(self, query: str = "") -> Any:
        response = self.admin.get(f"/api/v1/notifications?{query}")
        assert response.status_code == 200, response.text
        return response.json["data"]  # type: ignore[index]

    def notices(self, count: int = 1, kind: str = "opened", tenant: str = "acme", **of: Any) -> int:
        """As many alerts and a notice of each; the id of the last alert."""
        with self.app.app_context(), as_tenant(self.cast.tenant(tenant)) as session:
            alerts = [Alert(**{**self._trouble(), **of}) for _ in range(count)]
            session.add_all(alerts)
            session.flush()
            session.add_all(
                AlertNotice(alert_id=alert.id, kind=kind, occurred_at=self.now) for alert in alerts
            )
        return alerts[-1].id

    def event(self, type_: str, title: str = "It happened", **fields: Any) -> None:
        fact = events.Fact(type_, title, self.now, **fields)
        with self.app.app_context(), as_tenant(self.cast.tenant("acme")):
            events.record(fact, tenant_id=self.cast.tenant("acme"))

    def take(self) -> int:
        """Take in notices and events; gives how many notices.

        Events are seen at once, unless other databases of the same server write at that moment.
        """

        def has_followed() -> bool:
            with self.app.app_context():
                following.follow_events(self.now)
                return has_read_all(following.FOLLOWER)

        with self.app.app_context():
            taken = taking.take_notices(self.now)
        wait_until(has_followed, seconds=60, what="the events are followed")
        return taken

    def pass_time(self, **delta: float) -> None:
        """Let the time pass, and then put together and send what is due."""
        self.now += timedelta(**delta)
        with self.app.app_context():
            flushing.flush_due(self.now)
            for claim in sending.claim_due(self.now, 100):
                sending.deliver(claim, self.now)

    def tell(self) -> None:
        """From what happened to what was sent, with the time that gathering takes."""
        self.take()
        self.pass_time(seconds=11)

    def items(self) -> list[NotificationItem]:
        return self.cast.rows(NotificationItem)

    def _trouble(self) -> dict[str, Any]:
        self._made += 1
        return {
            "dedup_key": f"backup.failed:backup:{self._made}",
            "type": "backup.failed",
            "severity": "high",
            "severity_rank": 3,
            "opened_at": self.now,
            "title": f"Job {self._made} failed",
            "message": "The disk is full.",
            "subject_type": "backup",
            "subject_id": self._made,
            "first_seen_at": self.now,
            "last_seen_at": self.now,
        }


@pytest.fixture
def teller(app: Flask, cast: Cast, admin: Caller) -> Teller:
    return Teller(app, cast, admin)


@pytest.fixture
def postmaster(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postmaster]:
    """A mail server that the application is told of."""
    with mail_server() as found:
        monkeypatch.setitem(app.config, "SMTP_URL", found.url)
        yield found


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver of webhooks on loopback, where that is allowed."""
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_WEBHOOKS", True)
    with webhook_receiver() as found:
        yield found


@pytest.fixture
def hook(teller: Teller, receiver: Receiver) -> Any:
    """A channel that leads to the receiver."""
    return teller.channel(kind="webhook", url=receiver.url)
