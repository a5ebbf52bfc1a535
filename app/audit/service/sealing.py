"""Sealing: each row gets a hash over itself and the row before it in its tenant's chain.

A row is sealed after it was committed, so that one which was committed late comes late in its
chain; the rows of one round are in the order of their ids. A row that counts a minute's refusals
is sealed when its minute is over.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, column, or_, select, update, values

from app.audit.models import AuditChain, AuditRow
from app.audit.rules import FIRST, SEALED, seal_of
from app.core.append_only import ALLOWED
from app.core.db import db, insert_or_update, try_to_hold
from app.core.tenancy import unscoped

_ROWS: Any = AuditRow.__table__
_CHAINS: Any = AuditChain.__table__
_COLUMNS = tuple(_ROWS.c[name] for name in SEALED)
BATCH = 1_000
# So long may one call seal; what is left waits for the next.
BUDGET_SECONDS = 4.0
LOCK = "audit_seal"

Ends = dict[int, dict[str, Any]]


def seal(now: datetime) -> int:
    """Seal what is not sealed yet, one sealer at a time; gives how many rows."""
    give_up = time.monotonic() + BUDGET_SECONDS
    sealed = 0
    while True:
        with unscoped():
            batch = _seal_batch(now) if try_to_hold(LOCK) else 0
        sealed += batch
        if batch < BATCH or time.monotonic() > give_up:
            return sealed


def chain_of(tenant_id: int | None) -> int:
    """The number of a tenant's chain; rows of no tenant have one of their own."""
    return tenant_id or 0


def _seal_batch(now: datetime) -> int:
    minute = now.replace(second=0, microsecond=0)
    unsealed = (
        select(*_COLUMNS)
        .where(
            _ROWS.c.position.is_(None),
            or_(_ROWS.c.flood_key.is_(None), _ROWS.c.occurred_at < minute),
        )
        .order_by(_ROWS.c.id)
        .limit(BATCH)
        # A counted row may be counted on by somebody whose clock is slow.
        .with_for_update(skip_locked=True)
    )
    rows = db.session.execute(unsealed).mappings().all()
    if not rows:
        return 0
    chains = _ends_of({chain_of(row["tenant_id"]) for row in rows})
    _write_seals([_sealed(row, chains) for row in rows])
    _write_ends(chains)
    return len(rows)


def _ends_of(numbers: Iterable[int]) -> Ends:
    """Where each chain ends: its length, and the hash of its last row."""
    known = select(_CHAINS).where(_CHAINS.c.number.in_(numbers))
    ends = {row["number"]: dict(row) for row in db.session.execute(known).mappings()}
    new = {"length": 0, "last_hash": FIRST}
    return {number: ends.get(number, {"number": number, **new}) for number in numbers}


def _sealed(row: RowMapping, chains: Ends) -> tuple[int, int, str]:
    """The row's id, place and hash, by which its chain grows."""
    end = chains[chain_of(row["tenant_id"])]
    end["length"] += 1
    end["last_hash"] = seal_of({**row, "position": end["length"]}, end["last_hash"])
    return row["id"], end["length"], end["last_hash"]


def _write_seals(seals: list[tuple[int, int, str]]) -> None:
    """In one statement: ten thousand by themselves would take as many round trips."""
    columns = (_ROWS.c[name] for name in ("id", "position", "hash"))
    given = values(*(column(c.name, c.type) for c in columns), name="given").data(seals).cte()
    statement = update(_ROWS).where(_ROWS.c.id == given.c.id)
    written = statement.values(position=given.c.position, hash=given.c.hash)
    db.session.execute(written.execution_options(**ALLOWED))


def _write_ends(chains: Ends) -> None:
    upsert = insert_or_update(_CHAINS).values(list(chains.values()))
    given = {name: upsert.excluded[name] for name in ("length", "last_hash")}
    db.session.execute(upsert.on_conflict_do_update(index_elements=["number"], set_=given))
