"""Alerts that explain others: what they take to themselves, and what they let go of again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from app.alerts.models import Alert
from app.alerts.rules.parents import CHILDREN, PARENTS, may_be_child
from app.alerts.service.telling import Cause, keep, take_back
from app.alerts.values import FIRST_SIGN, GRACE, GROUPED, OPEN, RESOLVED
from app.backups.models import BackupJob
from app.core.db import db
from app.events.values import RUNNER_LOST
from app.runners.models import Runner


def list_open() -> Sequence[Alert]:
    """The tenant's alerts that explain others, the first sign first."""
    statement = select(Alert).where(Alert.type.in_(PARENTS), Alert.status != RESOLVED)
    return db.session.scalars(statement.order_by(Alert.opened_at, Alert.id)).all()


def adopt(parent: Alert, cause: Cause) -> None:
    """Take what failed shortly before the parent was found out: the same failure caused it.

    An alert that somebody attends to, or that began earlier, stays one of its own.
    """
    if parent.type not in PARENTS:
        return
    db.session.flush()
    needs = (
        BackupJob.runner == parent.data.get("name")
        if parent.type == RUNNER_LOST
        else BackupJob.storage_id == parent.subject_id
    )
    statement = select(Alert).where(
        Alert.type.in_(CHILDREN),
        Alert.status == OPEN,
        or_(Alert.parent_id.is_(None), Alert.look_again_at.is_not(None)),
        Alert.opened_at >= _first_sign(parent, cause.at),
        Alert.backup_id.in_(select(BackupJob.id).where(needs)),
    )
    children = [one for one in db.session.scalars(statement) if may_be_child(one.type, one.data)]
    for child in children:
        child.parent_id, child.look_again_at = parent.id, None
        keep(child, GROUPED, cause)
    take_back(children, cause.now)


def _first_sign(parent: Alert, at: datetime) -> datetime:
    """Since when it may have been down: a runner since its last word, however long ago that is."""
    first = at - FIRST_SIGN
    if parent.type != RUNNER_LOST:
        return first
    last_word = db.session.scalar(select(Runner.last_seen_at).where(Runner.id == parent.subject_id))
    return min(first, last_word or first)


def release(parent: Alert, cause: Cause) -> None:
    """Let the children be judged once they had time to recover too."""
    if parent.type not in PARENTS:
        return
    db.session.flush()
    statement = select(Alert).where(Alert.parent_id == parent.id, Alert.status != RESOLVED)
    for child in db.session.scalars(statement):
        child.look_again_at = cause.now + GRACE
