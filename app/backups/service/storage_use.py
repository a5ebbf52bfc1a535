"""What storage providers must know of the jobs that use them."""

from typing import Any

from sqlalchemy import exists, func, or_, select, update

from app.backups.models import BackupCopy, BackupJob, Execution
from app.backups.service.executions import ORDERING
from app.backups.values import BACKUP, MEDIUM_OF_PROVIDER, SUCCESS, WARNING
from app.core.db import db
from app.core.models import get_row, live
from app.core.pagination import Listing
from app.core.tenancy import execute_named
from app.storage.models import StorageProvider
from app.storage.service.usage import User

_COPIES: Any = BackupCopy.__table__


def users_of(provider_id: int) -> list[User]:
    """The jobs that back up to a provider, or that have told of a copy there."""
    has_copy = exists().where(
        BackupCopy.job_id == BackupJob.id, BackupCopy.storage_id == provider_id
    )
    rows = db.session.execute(
        select(BackupJob.id, BackupJob.name, BackupJob.storage_id, BackupJob.repository_location)
        .where(live(BackupJob), or_(BackupJob.storage_id == provider_id, has_copy))
        .order_by(BackupJob.id)
    )
    return [
        User(row.id, row.name, row.storage_id == provider_id and bool(row.repository_location))
        for row in rows
    ]


def count_backups(provider_id: int) -> int:
    """How many executions made a snapshot there; some may have expired since."""
    return (
        db.session.scalar(select(func.count()).select_from(_backups(provider_id).subquery())) or 0
    )


def list_backups(provider_id: int) -> Listing:
    """The executions whose snapshots lie there, newest first. Raises NotFound."""
    get_row(StorageProvider, provider_id)
    return Listing(_backups(provider_id), ORDERING)


def follow(provider: StorageProvider) -> None:
    """The copies that are jobs' own repositories lie where their provider lies."""
    execute_named(
        update(_COPIES)
        .where(_COPIES.c.storage_id == provider.id, _COPIES.c.is_system)
        .values(
            location_type=provider.location_type,
            media_type=MEDIUM_OF_PROVIDER[provider.provider_type],
            is_immutable=provider.is_immutable,
        ),
        tenant_id=provider.tenant_id,
        table=_COPIES,
    )


def _backups(provider_id: int) -> Any:
    return select(Execution).where(
        Execution.storage_id == provider_id,
        Execution.kind == BACKUP,
        Execution.status.in_((SUCCESS, WARNING)),
        Execution.snapshot_id.is_not(None),
    )
