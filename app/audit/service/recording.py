"""Writing the audit log: in the transaction of the change, or after a refusal."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app.audit.models import AuditRow
from app.core import clock
from app.core.db import db, insert_or_update
from app.core.http.trail import AuditEntry
from app.core.identity import Actor, Claim
from app.core.logging import mask_text

_TABLE: Any = AuditRow.__table__


def record_write(entry: AuditEntry) -> None:
    """Keep a write beside the change that it tells of."""
    _run(insert(_TABLE).values(**_values(entry, clock.utcnow())))


def record_refusal(entry: AuditEntry) -> None:
    """Keep a 401 or 403; a caller's refusals within one minute are one row with a count."""
    now = clock.utcnow()
    claimed = entry.claim.key if entry.claim else ""
    caller = entry.actor.key if entry.actor else f"{entry.address}:{claimed}"
    flood_key = f"{now:%Y%m%d%H%M}:{caller}:{entry.code}"[:255]
    values = {**_values(entry, now), "flood_key": flood_key}
    upsert = insert_or_update(_TABLE).values(**values).returning(_TABLE.c.id)
    counted = upsert.on_conflict_do_update(
        index_elements=["flood_key"],
        set_={"count": _TABLE.c.count + 1},
        where=_TABLE.c.position.is_(None),
    )
    if _run(counted).first() is None:
        # Sealed meanwhile, by a host whose clock is ahead: it counts no further.
        _run(insert(_TABLE).values(**{**values, "flood_key": None}))


def _run(statement: Any) -> Any:
    # The audit log names its tenant itself: it may be none, and it is never read here.
    return db.session.execute(statement.execution_options(tenant_named=True))


def _values(entry: AuditEntry, now: datetime) -> dict[str, Any]:
    actor = entry.actor
    who: Actor | Claim | None = actor or entry.claim
    return {
        "tenant_id": who.tenant_id if who else None,
        "occurred_at": now,
        "action": entry.action[:100],
        "actor_kind": who.kind if who else None,
        "actor_id": (actor.api_key_id or actor.user_id) if actor else None,
        "actor_name": mask_text(who.name)[:200] if who else None,
        "address": entry.address[:64],
        "trace_id": entry.trace_id,
        "status": entry.status,
        "code": entry.code,
        # PostgreSQL keeps no NUL, which an address may hold.
        "path": entry.path.replace("\0", "\ufffd")[:500],
        "resource_type": entry.resource_type,
        "resource_id": entry.resource_id,
        "changes": [
            {"type": c.resource_type, "id": c.resource_id, "fields": c.fields}
            for c in entry.changes
        ],
        "count": 1,
    }
