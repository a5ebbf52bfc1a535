"""The tests of structure and of checksums: restic's own check of the repository."""

from datetime import datetime

from sqlalchemy import func, or_, select

from app.backups.models import Execution
from app.backups.values import BACKUP, OPEN
from app.core import clock
from app.core.db import db
from app.core.tenancy import as_tenant
from app.engines.base import CheckOutcome, Damage
from app.verification.rules.sampling import READ_PERCENT
from app.verification.service.bench import Bench, Findings
from app.verification.values import MOST_FAILURES

_MOST_NAMED_PACKS = 5


def check_structure(bench: Bench) -> Findings:
    """Index, snapshots and folders are whole, and every pack is there in its size; no file's data
    is read."""
    return _check(bench, None)


def check_data(bench: Bench) -> Findings:
    """As `check_structure`, and the data of all packs, or of a tenth or a hundredth of them by
    chance, is read and compared with its hashes."""
    return _check(bench, READ_PERCENT[bench.scope])


def _check(bench: Bench, read_percent: float | None) -> Findings:
    began = clock.utcnow()
    outcome = bench.restic.check(bench.repository, read_percent, bench.keeper)
    if outcome.damages_total and _has_backed_up_since(bench, began):
        # The check takes no lock. A run that began to prune before it saw this verification may
        # have taken away what was looked for.
        outcome = bench.restic.check(bench.repository, read_percent, bench.keeper)
    return _findings(bench, outcome)


def _has_backed_up_since(bench: Bench, moment: datetime) -> bool:
    with as_tenant(bench.job.tenant_id, read_only=True):
        overlapping = select(func.count()).where(
            Execution.job_id == bench.job.id,
            Execution.kind == BACKUP,
            or_(Execution.finished_at >= moment, Execution.status.in_(OPEN)),
        )
        return bool(db.session.scalar(overlapping))


def _findings(bench: Bench, outcome: CheckOutcome) -> Findings:
    bad = outcome.damages_total
    found = Findings(outcome.counted, max(0, outcome.checked - bad), bad, failures_total=bad)
    for number, damage in enumerate(outcome.damages):
        told = bench.explain(damage)
        files = _files_in(bench, damage) if number < _MOST_NAMED_PACKS else ()
        reason = f"Data of it lies in {told.path}: {told.reason}"
        named = [Damage(path, reason) for path in files] or [told]
        found.failures_total += len(named) - 1
        found.damages += named[: MOST_FAILURES - len(found.damages)]
    return found


def _files_in(bench: Bench, damage: Damage) -> tuple[str, ...]:
    """The snapshot's files that have data in a damaged pack; a restic process each time."""
    if damage.pack is None:
        return ()
    return bench.restic.files_in_pack(bench.repository, bench.snapshot, damage.pack, bench.keeper)
