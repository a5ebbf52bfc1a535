"""Taking in what alerts tell: each notice once, with the items that it makes."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from app.alerts.models import Alert, AlertNotice
from app.core.db import db
from app.core.logging import get_logger
from app.core.models import live
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.notifications.models import NotificationChannel
from app.notifications.rules.matching import is_kept_quiet, wants_alert
from app.notifications.service import waiting
from app.notifications.service.standing import is_suspended
from app.notifications.service.waiting import Item

log = get_logger("notifications")
_NOTICES: Any = AlertNotice.__table__
_BATCH = 500
BUDGET_SECONDS = 3.0
T = TypeVar("T")


def take_notices(now: datetime) -> int:
    """Turn what is unhandled into what waits; gives how many notices were handled."""
    give_up = time.monotonic() + BUDGET_SECONDS
    taken = 0
    while True:
        found = _unhandled()
        for tenant_id, ids in found.items():
            take, leave = partial(_take, now, tenant_id), partial(_leave, now, tenant_id)
            apart(ids, take, leave)
        count = sum(map(len, found.values()))
        taken += count
        if count < _BATCH or time.monotonic() > give_up:
            return taken


def apart(
    found: Sequence[T], work: Callable[[Sequence[T]], None], leave: Callable[[T], None]
) -> None:
    """Do it for all of them together; what one raises is no reason to leave the others: that
    one is left.

    An error of the database concerns them all, and is raised: they come again.
    """
    try:
        work(found)
    except SQLAlchemyError:
        raise
    except Exception as error:
        if len(found) > 1:
            for one in found:
                apart([one], work, leave)
            return
        log.error("notification_lost", source=repr(found[0]), exc_info=error)
        leave(found[0])


def open_channels() -> Sequence[NotificationChannel]:
    """The tenant's channels that are told, locked until the commit, always in one order."""
    return db.session.scalars(
        select(NotificationChannel)
        .where(
            live(NotificationChannel),
            NotificationChannel.is_active,
            NotificationChannel.address.is_(None),
        )
        .order_by(NotificationChannel.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _unhandled() -> dict[int, list[int]]:
    with unscoped(read_only=True):
        rows = db.session.execute(
            select(_NOTICES.c.tenant_id, _NOTICES.c.id)
            .where(_NOTICES.c.handled_at.is_(None))
            .order_by(_NOTICES.c.id)
            .limit(_BATCH)
        ).all()
    found: dict[int, list[int]] = defaultdict(list)
    for tenant_id, notice_id in rows:
        found[tenant_id].append(notice_id)
    return found


def _take(now: datetime, tenant_id: int, ids: Iterable[int]) -> None:
    """In one transaction: of two schedulers only one makes items of a notice, and one that
    dies makes none."""
    with as_tenant(tenant_id):
        notices = _handle(now, tenant_id, ids)
        if notices and not is_suspended(tenant_id):
            _tell(sorted(notices, key=lambda row: row.id), now)


def _leave(now: datetime, tenant_id: int, notice_id: int) -> None:
    """Nobody can be told of it, and what comes after it must not wait behind it."""
    with as_tenant(tenant_id):
        _handle(now, tenant_id, [notice_id])


def _handle(now: datetime, tenant_id: int, ids: Iterable[int]) -> Sequence[Any]:
    return execute_named(
        update(_NOTICES)
        .where(_NOTICES.c.id.in_(ids), _NOTICES.c.handled_at.is_(None))
        .values(handled_at=now)
        .returning(_NOTICES.c.id, _NOTICES.c.alert_id, _NOTICES.c.kind, _NOTICES.c.occurred_at),
        tenant_id=tenant_id,
        table=_NOTICES,
    ).all()


def _tell(notices: Sequence[Any], now: datetime) -> None:
    channels = open_channels()
    if not channels:
        return
    wanted = {notice.alert_id for notice in notices}
    statement = select(Alert).where(Alert.id.in_(wanted))
    alerts = {alert.id: alert for alert in db.session.scalars(statement)}
    for channel in channels:
        items = [
            _item(notice, alerts[notice.alert_id])
            for notice in notices
            if _is_wanted(channel, alerts[notice.alert_id])
        ]
        waiting.keep(channel, items, now)


def _is_wanted(channel: NotificationChannel, alert: Alert) -> bool:
    """A channel that does not get through is not told of itself."""
    own = (NotificationChannel.audit_name, channel.id)
    if (alert.subject_type, alert.subject_id) == own or is_kept_quiet(alert.type, alert.data):
        return False
    return wants_alert(channel.min_severity, channel.event_types, alert.type, alert.severity)


def _item(notice: Any, alert: Alert) -> Item:
    return Item(
        source=f"notice:{notice.id}",
        kind=notice.kind,
        type=alert.type,
        severity=alert.severity,
        title=alert.title,
        message=alert.message,
        alert_id=alert.id,
        event_id=alert.last_event_id,
        subject_type=alert.subject_type,
        subject_id=alert.subject_id,
        occurred_at=notice.occurred_at,
    )
