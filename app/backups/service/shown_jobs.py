"""Jobs as they are shown: no model is made, and no secret is read and deciphered for nothing."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, select

from app.backups.models import BackupJob, JobTag
from app.core.errors import NotFound
from app.core.models import live
from app.core.prepared import Prepared
from app.core.tenancy import current_tenant_id

_JOBS: Any = BackupJob.__table__
_TAGS: Any = JobTag.__table__
HIDDEN = (
    "tenant_id",
    "compliance_check_at",
    "last_duration_seconds",
    "repository_password",
    "repository_location",
    "search_text",
    "deleted_at",
)
_NAMES = tuple(name for column in _JOBS.columns if (name := column.name) not in HIDDEN)
_BY_ID = Prepared(
    select(*(_JOBS.c[name] for name in _NAMES), _TAGS.c.tag)
    .select_from(_JOBS.outerjoin(_TAGS, _TAGS.c.job_id == _JOBS.c.id))
    .where(_JOBS.c.id == bindparam("job_id"), live(BackupJob))
    .order_by(_TAGS.c.tag),
    _JOBS,
)


def show_job(job_id: int) -> SimpleNamespace:
    """A job's shown columns and its `tags`; raises NotFound."""
    # One row for each tag: a second statement would cost more than what is repeated.
    rows = _BY_ID.run(current_tenant_id(), job_id=job_id)
    if not rows:
        raise NotFound(f"There is no {BackupJob.label} with this id.", details={"id": job_id})
    tags = [row[-1] for row in rows if row[-1] is not None]
    return SimpleNamespace(**dict(zip(_NAMES, rows[0], strict=False)), tags=tags)
