"""Sweeps over rows: what is wrong with one of them is no reason to leave the others waiting."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from app.core.logging import get_logger

log = get_logger("sweeping")


class Swept(Protocol):
    """Whatever has an id to be named by."""

    id: int


Found = TypeVar("Found", bound=Swept)


def sweep(name: str, rows: Iterable[Found], work: Callable[[Found], bool]) -> int:
    """Do `work`, which opens its own transaction, for each row; gives for how many it was done.

    What one row raises is logged under `name`, and the next row has its turn.
    """
    done = 0
    for row in rows:
        try:
            done += work(row)
        except Exception as error:  # Whatever it is, it concerns this row alone.
            log.error("sweep_failed", sweep=name, row_id=row.id, exc_info=error)
    return done
