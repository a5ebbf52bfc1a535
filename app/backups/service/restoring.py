"""Restores: asked for, judged, and carried out."""

from datetime import datetime
from typing import Any

from app.backups.errors import NotRunnable
from app.backups.models import BackupJob, Execution
from app.backups.rules import foreign_paths
from app.backups.service import places, repositories, runs
from app.backups.service.endings import Ending
from app.backups.service.keeper import Keeper
from app.backups.service.patience import while_kept
from app.backups.values import RESTIC, RESTORE, SUCCESS, WARNING
from app.core.errors import Forbidden, ValidationFailed
from app.core.identity import Actor
from app.core.models import get_row
from app.core.tenancy import as_tenant, current_tenant_id
from app.engines.base import RestoreRequest

OVERWRITE = "backups:overwrite"
OVER_THE_SOURCE = "Would write over the source; that needs overwrite and the right to."


def queue_restore(
    job_id: int, fields: dict[str, Any], *, actor: Actor, trigger: str, now: datetime
) -> Execution:
    """Queue a restore below `target`, where files keep their full paths; a runner's job is
    restored by its runner, on its own host.

    Raises NotFound, NotRunnable, ValidationFailed on `target`, and Forbidden when it would
    land on the source without the right to.
    """
    job = get_row(BackupJob, job_id, for_change=True)
    if job.backup_tool != RESTIC:
        raise NotRunnable("Only what restic backs up can be restored from here.")
    wants_overwrite = fields["overwrite"]
    if wants_overwrite and not actor.can(OVERWRITE):
        raise Forbidden(details={"required": OVERWRITE})
    if job.runner is None:
        target = places.resolve_target(fields["target"], current_tenant_id())
        if not wants_overwrite:
            _refuse_source(job, target)
    else:
        _judge_elsewhere(job, fields["target"], wants_overwrite)
    return runs.add_execution(
        Execution(
            job_id=job.id,
            kind=RESTORE,
            trigger=trigger,
            runner=job.runner,
            priority=job.priority,
            requested_by=actor.name,
            restore_snapshot=fields["snapshot"],
            restore_include=fields["include"],
            restore_target=fields["target"],
            restore_overwrite=wants_overwrite,
        ),
        now,
    )


def restore(execution: Execution, job: BackupJob, keeper: Keeper) -> Ending:
    """Carry a restore out; links are resolved again, since they may have changed meanwhile.

    Raises EngineError, Stopped, ValidationFailed.
    """
    restic = repositories.engine()
    target = while_kept(keeper, lambda: _judge(execution, job))
    repository = while_kept(keeper, lambda: repositories.open_repository(job))
    request = RestoreRequest(
        snapshot=execution.restore_snapshot or "latest",
        target=target,
        include=tuple(execution.restore_include or ()),
    )
    keeper.log(f"Restoring {request.snapshot} to {target}.")
    outcome = repositories.with_patience(
        lambda: restic.restore(repository, request, keeper), restic, repository, keeper, job.id
    )
    facts = {"files_total": outcome.files_restored, "backup_size_bytes": outcome.bytes_restored}
    if outcome.had_errors:
        message = "Some files could not be restored; the log names them."
        return Ending(WARNING, "RESTORE_INCOMPLETE", message, facts)
    return Ending(SUCCESS, facts=facts)


def _judge(execution: Execution, job: BackupJob) -> str:
    """Where it may write, as the links lead now."""
    with as_tenant(job.tenant_id):
        target = places.resolve_target(str(execution.restore_target), job.tenant_id)
        if not execution.restore_overwrite:
            _refuse_source(job, target)
        _refuse_links_out(execution, job, target)
    return target


def _judge_elsewhere(job: BackupJob, target: str, wants_overwrite: bool) -> None:
    """By its words alone: the host of the runner knows its own folders, and what it allows."""
    if not foreign_paths.is_absolute(target):
        raise ValidationFailed.on("target", "Must be an absolute path on the runner's host.")
    if not wants_overwrite and foreign_paths.lands_on(target, job.source_path):
        raise ValidationFailed.on("target", OVER_THE_SOURCE)


def _refuse_links_out(execution: Execution, job: BackupJob, target: str) -> None:
    """restic writes through links that it finds below the target, wherever they lead."""
    allowed = places.restore_roots(job.tenant_id) if execution.restore_overwrite else (target,)
    if "/" in allowed:
        return
    link = places.find_way_out(target, allowed)
    if link is not None:
        message = "Holds symbolic links that lead out of it; restore into an empty folder."
        raise ValidationFailed.on("target", message)


def _refuse_source(job: BackupJob, target: str) -> None:
    """Files land at target + their full path: `/` puts them back over their source, also over
    one that the job had before it was changed."""
    source = places.real(job.source_path)
    landing = places.real(f"{target}/{source}")
    if target == "/" or places.is_inside(target, source) or places.is_inside(landing, source):
        raise ValidationFailed.on("target", OVER_THE_SOURCE)
