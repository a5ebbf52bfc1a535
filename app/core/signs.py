"""Signs of life: when the scheduler last came round, for whoever watches over the watcher."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime, db, insert_or_update
from app.core.tenancy import unscoped

SCHEDULER = "scheduler"


class SignOfLife(Base):
    """When any process of this name last said that it lives."""

    __tablename__ = "signs_of_life"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


_TABLE: Any = SignOfLife.__table__


def give_sign(now: datetime) -> int:
    """Say that a scheduler lives, once a round; a row that it dealt with it is not."""
    with unscoped():
        sign = insert_or_update(_TABLE).values(name=SCHEDULER, seen_at=now)
        db.session.execute(
            sign.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now})
        )
    return 0


def find_lag(now: datetime) -> float | None:
    """How many seconds ago a scheduler gave its last sign; None when none ever did."""
    with unscoped(read_only=True):
        seen_at = db.session.scalar(select(_TABLE.c.seen_at).where(_TABLE.c.name == SCHEDULER))
    return round(max(0.0, (now - seen_at).total_seconds()), 3) if seen_at else None
