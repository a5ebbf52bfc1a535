"""Verifications as they are read: lists, states, outcomes, and the latest proof of a job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.backups.models import BackupJob
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import get_row
from app.core.pagination import Listing, Ordering, equal
from app.verification.errors import NeverVerified, NotFinished
from app.verification.models import Verification
from app.verification.values import COMPLETED, FAILED, OPEN

ORDERING = Ordering(
    key=Verification.id,
    columns={"id": Verification.id, "created_at": Verification.created_at},
    default="-created_at",
)


@dataclass(frozen=True)
class Proof:
    """What the newest ended verification of a job says.

    `result` is `success` or `failed`; None when it could not be carried out. `snapshot_id` is
    what it looked at, `execution_id` the run that made that, where it is known.
    """

    verification_id: int
    test_type: str
    scope: str
    result: str | None
    finished_at: datetime
    snapshot_id: str | None
    snapshot_at: datetime | None
    execution_id: int | None


def latest(job_id: int) -> Proof | None:
    """The newest verification of a job that has ended; one that was cancelled counts as none."""
    found = db.session.scalars(
        select(Verification)
        .where(Verification.job_id == job_id, Verification.status.in_((COMPLETED, FAILED)))
        .order_by(Verification.finished_at.desc(), Verification.id.desc())
        .limit(1)
    ).first()
    if found is None or found.finished_at is None:
        return None
    return Proof(
        found.id,
        found.test_type,
        found.scope,
        found.result,
        found.finished_at,
        found.snapshot_id,
        found.snapshot_at,
        found.execution_id,
    )


def list_verifications(query: dict[str, Any]) -> Listing:
    """All of the tenant, the newest first."""
    statement = equal(select(Verification), Verification, query, ("test_type",))
    for name, column in (
        ("test_status", Verification.status),
        ("test_result", Verification.result),
        ("backup_id", Verification.job_id),
    ):
        if name in query:
            statement = statement.where(column == query[name])
    return Listing(statement, ORDERING)


def find_verification(job_id: int, query: dict[str, Any]) -> Verification:
    """A job's newest verification, or the one that the query names.

    Raises NotFound and NeverVerified.
    """
    get_row(BackupJob, job_id)
    if "verification_id" in query:
        named = get_row(Verification, query["verification_id"])
        if named.job_id != job_id:
            raise NotFound("This job has no such verification.", details={"id": named.id})
        return named
    newest = select(Verification).where(Verification.job_id == job_id)
    found = db.session.scalars(newest.order_by(Verification.id.desc()).limit(1)).first()
    if found is None:
        raise NeverVerified()
    return found


def read_result(job_id: int, query: dict[str, Any]) -> Verification:
    """As `find_verification`, of one that has ended, for its `failures`; raises NotFinished."""
    verification = find_verification(job_id, query)
    if verification.status in OPEN:
        raise NotFinished(
            details={"test_status": verification.status, "verification_id": verification.id}
        )
    return verification
