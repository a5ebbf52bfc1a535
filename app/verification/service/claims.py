"""A verification in a worker's hands: claimed once, kept by a lease, counted while it lives."""

import socket
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.core import clock
from app.core.db import db
from app.core.logging import get_logger
from app.tenants.suspension import is_active
from app.verification.models import Verification
from app.verification.service.moves import TABLE, move
from app.verification.values import QUEUED, RUNNING

log = get_logger("verification")


def claim(
    verification_id: int, owner: str, now: datetime, lease_seconds: float
) -> Verification | None:
    """Take a queued verification, once, for one worker; None when it is not to be had: taken
    before, cancelled, or a suspended tenant's.

    Needs an unscoped session.
    """
    claimed = db.session.execute(
        update(TABLE)
        .where(
            TABLE.c.id == verification_id,
            TABLE.c.status == QUEUED,
            is_active(TABLE.c.tenant_id),
        )
        .values(
            status=RUNNING,
            started_at=now,
            lease_owner=owner,
            lease_until=now + timedelta(seconds=lease_seconds),
            attempt=TABLE.c.attempt + 1,
        )
        .returning(TABLE.c.id)
        .execution_options(tenant_named=True)
    ).scalar()
    if claimed is None:
        return None
    return db.session.get_one(Verification, claimed, populate_existing=True)


def count_alive(job_id: int, but: int | None, now: datetime) -> int:
    """The verifications of a job whose workers live, but for one."""
    alive = select(func.count()).where(
        Verification.job_id == job_id,
        Verification.id != but,
        Verification.status == RUNNING,
        Verification.lease_until >= now,
    )
    return db.session.scalar(alive) or 0


class VerificationLedger:
    """The row of a claimed verification, for its keeper; its log goes to the worker's own."""

    execution_id: int | None = None

    def __init__(self, verification: Verification) -> None:
        self.name = f"verification-{verification.id}"
        self.tenant_id = verification.tenant_id
        self.reader_id: int | None = verification.id
        self.id = verification.id
        self.owner = str(verification.lease_owner)

    def renew(self, lease_seconds: float, progress: dict[str, Any]) -> bool:
        lease_until = clock.utcnow() + timedelta(seconds=lease_seconds)
        return self._set(**progress, lease_until=lease_until)

    def note_engine(self, pid: int, created_at: float) -> None:
        host = socket.gethostname()
        self._set(engine_host=host, engine_pid=pid, engine_started_at=created_at)

    def is_cancelled(self) -> bool:
        asked = select(Verification.cancel_requested_at).where(Verification.id == self.id)
        return db.session.scalar(asked) is not None

    def read_log(self) -> str:
        return ""

    def write_log(self, head: str, tail: str, dropped_bytes: int) -> None:
        log.debug("verification_said", said=(tail or head)[-1000:], dropped_bytes=dropped_bytes)

    def _set(self, **values: Any) -> bool:
        is_own = TABLE.c.lease_owner == self.owner
        return move(self.id, self.tenant_id, RUNNING, is_own, **values)
