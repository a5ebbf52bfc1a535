"""A tenant's people: how many, in which roles, and who was here."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select

from app.core.db import db
from app.dashboard.rules import Window
from app.users.models import Membership, User
from app.users.values import ROLE_PERMISSIONS

ACTIVE_FOR = timedelta(days=30)


def stats(window: Window, now: datetime) -> dict[str, Any]:
    """Members by role, those who may sign in; `active` ones have signed in since."""
    may = and_(Membership.is_active, User.is_active)
    rows = db.session.execute(
        select(
            Membership.role,
            func.count(),
            _count(may),
            _count(and_(may, User.last_login_at >= now - ACTIVE_FOR)),
            _count(and_(may, User.last_login_at >= window.from_)),
        )
        .join(User, User.id == Membership.user_id)
        .group_by(Membership.role)
    ).all()
    roles: Counter[str] = Counter({role: enabled for role, _, enabled, *_ in rows})
    return {
        "total": roles.total(),
        "deactivated": sum(members for _, members, *_ in rows) - roles.total(),
        "by_role": [{"role": role, "total": roles[role]} for role in ROLE_PERMISSIONS],
        "active_in_30_days": sum(row[3] for row in rows),
        "active_in_period": sum(row[4] for row in rows),
    }


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
