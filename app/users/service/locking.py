"""Wrong passwords: counted, and after five in a row the account is locked for a while."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.core.db import db
from app.core.errors import InvalidCredentials
from app.core.logging import current_trace_id
from app.events import service as events
from app.events.service import Fact
from app.events.values import AUTH_LOCKED
from app.users.models import User
from app.users.passwords import verify_password
from app.users.service.memberships import list_belongings
from app.users.values import FAILURES_TO_LOCK, LOCKED_FOR

_USERS: Any = User.__table__


def demand_password(user: User, password: str, now: datetime) -> None:
    """Raises InvalidCredentials alike for a wrong password, a locked account and one that has
    no password or was deactivated; a wrong one counts as a failed sign-in.

    Runs Argon2: call it outside a writing transaction.
    """
    is_right = verify_password(user.password_hash, password)
    if is_locked(user, now) or not user.is_active:
        raise InvalidCredentials()
    if not is_right:
        user_id = user.id
        raise InvalidCredentials(aftermath=lambda: count_failure(user_id, now))


def is_locked(user: User, now: datetime) -> bool:
    return user.locked_until is not None and user.locked_until > now


def count_failure(user_id: int, now: datetime) -> None:
    """One more wrong password; the fifth in a row locks the account for 15 minutes."""
    failures = db.session.scalar(
        update(_USERS)
        .where(_USERS.c.id == user_id)
        .values(failed_logins=_USERS.c.failed_logins + 1)
        .returning(_USERS.c.failed_logins)
    )
    if failures is None or failures < FAILURES_TO_LOCK:
        return
    db.session.execute(
        update(_USERS)
        .where(_USERS.c.id == user_id)
        .values(failed_logins=0, locked_until=now + LOCKED_FOR)
    )
    user = db.session.get_one(User, user_id)
    for belonging in list_belongings(user_id):
        events.record(
            Fact(
                type=AUTH_LOCKED,
                title=f"Account {user.username} was locked after {FAILURES_TO_LOCK} failures",
                occurred_at=now,
                subject_type="user",
                subject_id=user_id,
                trace_id=current_trace_id(),
            ),
            tenant_id=belonging.tenant.id,
        )
