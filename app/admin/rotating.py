"""Writing every secret of the database anew under the first key, so that older keys may go."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text, bindparam, select, type_coerce, update

from app.core.crypto import DecryptionFailed
from app.core.db import Base, db
from app.core.http import commands
from app.core.secrets import Encrypted, cipher
from app.core.tenancy import unscoped

_BATCH = 500


@dataclass
class Rotation:
    """How many secrets were written anew, and where one lies that no key opens."""

    rewritten: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate_keys() -> Rotation:
    """Encrypt what is not under the first key anew, in batches, while others read and write.

    A secret that is changed meanwhile is left as it was changed to. Needs every process to run
    with that key in front: one that does not would go on writing under another.
    """
    done = Rotation()
    for table, column in _encrypted():
        last = 0
        while True:
            with unscoped():
                tokens = _next(table, column, last)
                for row_id, token in tokens:
                    _rotate(table, column, row_id, token, done)
            if not tokens:
                break
            last = tokens[-1][0]
    with unscoped() as session:
        commands.tell(session)
    return done


def _encrypted() -> Iterator[tuple[Any, Any]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Encrypted):
                yield table, column


def _next(table: Any, column: Any, last: int) -> list[tuple[int, str]]:
    """The ids and tokens of a batch; tokens as they are kept."""
    rows = db.session.execute(
        select(table.c.id, type_coerce(column, Text))
        .where(column.is_not(None), table.c.id > last)
        .order_by(table.c.id)
        .limit(_BATCH)
    )
    return [(row_id, token) for row_id, token in rows]


def _rotate(table: Any, column: Any, row_id: int, token: str, done: Rotation) -> None:
    try:
        rotated = cipher().rotate(token)
    except DecryptionFailed:
        done.unreadable.append(f"{column} of id {row_id}")
        return
    if rotated == token:
        return
    changed: Any = db.session.execute(
        update(table)
        .where(table.c.id == row_id, type_coerce(column, Text) == token)
        .values({column: type_coerce(bindparam("rotated", rotated), Text)})
    )
    done.rewritten += changed.rowcount
