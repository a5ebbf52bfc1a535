"""Where a job's data lies: its own repository, and what people and reports tell of others."""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select, update

from app.backups.errors import SystemCopy
from app.backups.models import BackupCopy, BackupJob
from app.backups.service.job_states import JobState
from app.backups.values import FAILED, MEDIUM_OF_PROVIDER, RESTIC, SUCCESS, WARNING
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.models import defaults_of, get_row
from app.core.pagination import Listing, Ordering
from app.core.tenancy import execute_named
from app.events import service as events
from app.events.service import Fact
from app.events.values import COPY_CHANGED
from app.storage import service as storage
from app.storage.models import StorageProvider

_COPIES: Any = BackupCopy.__table__
# What null clears a field back to.
DEFAULTS = defaults_of(BackupCopy)
_PLACE = ("location_type", "media_type")
SYSTEM_NAME = "Repository"
OFFSITE = ("offsite", "cloud")
ORDERING = Ordering(
    key=BackupCopy.id,
    columns={
        "id": BackupCopy.id,
        "name": BackupCopy.name,
        "created_at": BackupCopy.created_at,
        "is_system": BackupCopy.is_system,
    },
    default="-is_system,id",
)


def list_copies(job_id: int) -> Listing:
    """Raises NotFound."""
    get_row(BackupJob, job_id)
    return Listing(select(BackupCopy).where(BackupCopy.job_id == job_id), ORDERING)


def get_copy(copy_id: int, **options: Any) -> BackupCopy:
    """Raises NotFound, also for a copy of a deleted job."""
    copy = get_row(BackupCopy, copy_id, **options)
    get_row(BackupJob, copy.job_id)
    return copy


def create_copy(job_id: int, fields: dict[str, Any], now: datetime) -> BackupCopy:
    """Raises NotFound and ValidationFailed."""
    job = get_row(BackupJob, job_id, for_change=True)
    copy = BackupCopy(job_id=job.id)
    _apply(copy, fields)
    db.session.add(copy)
    db.session.flush()
    tell_change(copy, "added", now)
    return copy


def update_copy(
    copy_id: int, fields: dict[str, Any], now: datetime, *, expected_version: int | None
) -> BackupCopy:
    """Raises NotFound, PreconditionFailed, SystemCopy, ValidationFailed."""
    copy = _own(copy_id, expected_version)
    _apply(copy, fields)
    if db.session.is_modified(copy):
        tell_change(copy, "changed", now)
    db.session.flush()
    return copy


def delete_copy(copy_id: int, now: datetime, *, expected_version: int | None) -> BackupCopy:
    """Forget a copy; nothing is removed where it lies. Raises as `update_copy`."""
    copy = _own(copy_id, expected_version)
    db.session.delete(copy)
    db.session.flush()
    tell_change(copy, "forgotten", now)
    return copy


def tell_change(copy: BackupCopy, words: str, now: datetime) -> None:
    """Record that what is known of a copy became something else."""
    fact = Fact(
        type=COPY_CHANGED,
        title=f"Copy {copy.name} was {words}",
        occurred_at=now,
        subject_type=BackupCopy.audit_name,
        subject_id=copy.id,
        data={"job_id": copy.job_id},
    )
    events.record(fact, tenant_id=copy.tenant_id)


def keep_system_copy(job: BackupJob, now: datetime) -> None:
    """Make the job's first copy follow the repository that restic writes.

    That of a new job is no news: nothing has looked at the job yet.
    """
    if job.backup_tool != RESTIC or job.storage_id is None:
        return
    copy = find_system_copy(job.id)
    was_there = copy is not None
    if copy is None:
        copy = BackupCopy(job_id=job.id, name=SYSTEM_NAME, is_system=True)
        db.session.add(copy)
    _follow(copy, storage.get_provider(job.storage_id))
    if was_there and db.session.is_modified(copy):
        tell_change(copy, "moved", now)
    db.session.flush()


def find_system_copy(job_id: int) -> BackupCopy | None:
    return db.session.scalars(
        select(BackupCopy).where(BackupCopy.job_id == job_id, BackupCopy.is_system)
    ).first()


def note_run(job: JobState, result: str, at: datetime, size_bytes: int | None) -> None:
    """Tell the system's copy how a run of its job ended; its version stays as it is."""
    if job.backup_tool != RESTIC:
        # It was restic's once: what another tool does leaves the old repository as it is.
        return
    if result in (SUCCESS, WARNING):
        values = {"last_backup_at": at, "last_backup_size_bytes": size_bytes, "status": result}
    elif result == FAILED:
        values = {"status": FAILED}
    else:
        return
    execute_named(
        update(_COPIES).where(_COPIES.c.job_id == job.id, _COPIES.c.is_system).values(**values),
        tenant_id=job.tenant_id,
        table=_COPIES,
    )


def find_reported_copy(job_id: int) -> BackupCopy | None:
    """The copy that a report without its id means: the offsite one (of several the lowest
    id), else the only one."""
    copies = db.session.scalars(
        select(BackupCopy).where(BackupCopy.job_id == job_id).order_by(BackupCopy.id)
    ).all()
    offsite = [copy for copy in copies if copy.location_type in OFFSITE]
    if offsite:
        return offsite[0]
    return copies[0] if len(copies) == 1 else None


def _own(copy_id: int, expected_version: int | None) -> BackupCopy:
    copy = get_copy(copy_id, for_change=True, expected_version=expected_version)
    if copy.is_system:
        raise SystemCopy(details={"id": copy.id})
    return copy


def _apply(copy: BackupCopy, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name == "last_backup_date":
            # The date that GET gave must not cut the time of day off when it comes back.
            if value is None or value != copy.last_backup_date:
                copy.last_backup_at = _moment(value)
        else:
            setattr(copy, name, DEFAULTS.get(name) if value is None else value)
    if copy.storage_id is not None:
        _place_on(copy, copy.storage_id, fields)
    missing = [name for name in _PLACE if getattr(copy, name) is None]
    if missing:
        message = "Required unless storage_id tells it."
        raise ValidationFailed(details={name: [message] for name in missing})


def _place_on(copy: BackupCopy, storage_id: int, fields: dict[str, Any]) -> None:
    """A copy on a known provider lies where the provider lies, unless told otherwise."""
    is_new = "storage_id" in fields
    untold = [n for n in _PLACE if (fields.get(n) if is_new else getattr(copy, n)) is None]
    if not (is_new or untold):
        return
    provider = storage.find_provider(storage_id)
    if provider is None:
        raise ValidationFailed.on("storage_id", "There is no storage provider with this id.")
    place = (provider.location_type, MEDIUM_OF_PROVIDER[provider.provider_type])
    for name, value in zip(_PLACE, place, strict=True):
        if name in untold:
            setattr(copy, name, value)


def _follow(copy: BackupCopy, provider: StorageProvider) -> None:
    copy.storage_id = provider.id
    copy.location_type = provider.location_type
    copy.media_type = MEDIUM_OF_PROVIDER[provider.provider_type]
    copy.is_immutable = provider.is_immutable


def _moment(value: date | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC)
