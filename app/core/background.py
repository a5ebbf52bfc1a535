"""Background work: what each domain asks the scheduler to do again and again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask, current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core import clock
from app.core.db import db
from app.core.logging import get_logger
from app.core.tenancy import unscoped

log = get_logger("background")
PURGE_SECONDS = 600.0
# So long may one purge hold the other steps up; what is left waits for the next.
PURGE_BUDGET_SECONDS = 2.0
_BATCH = 1_000
_STEPS = "background_steps"


@dataclass(frozen=True, slots=True)
class Step:
    """Work that opens its own transactions and gives how many rows it dealt with.

    A step without a pause of its own has that of the rounds.
    """

    name: str
    work: Callable[[datetime], int]
    pause_seconds: float | None


class Rounds:
    """The application's steps, each done when its pause is over."""

    def __init__(self, pause_seconds: float = 0.0) -> None:
        self._pause_seconds = pause_seconds
        self._done_at: dict[str, float] = {}

    def run(self) -> None:
        """Do what is due, in the order in which it was registered.

        A step that fails leaves the others their turn, and is tried again after its pause.
        """
        for step in _steps(current_app):
            now = time.monotonic()
            if now >= self._due_at(step):
                self._done_at[step.name] = now
                _attempt(step)

    def seconds_left(self) -> float:
        """How long nothing is due from now on."""
        due = min((self._due_at(step) for step in _steps(current_app)), default=float("inf"))
        return max(0.0, min(self._pause_seconds, due - time.monotonic()))

    def _due_at(self, step: Step) -> float:
        pause = self._pause_seconds if step.pause_seconds is None else step.pause_seconds
        return self._done_at.get(step.name, float("-inf")) + pause


def every_round(app: Flask, name: str, work: Callable[[datetime], int]) -> None:
    """Let schedulers do this every SWEEP_SECONDS, several of them perhaps at once."""
    _steps(app).append(Step(name, work, None))


def every(app: Flask, name: str, work: Callable[[datetime], int], seconds: float) -> None:
    """As `every_round`, at a pace of its own."""
    _steps(app).append(Step(name, work, seconds))


def purge(
    app: Flask,
    column: InstrumentedAttribute[datetime],
    kept: timedelta = timedelta(0),
    *,
    is_in_order: bool = False,
) -> None:
    """Let schedulers remove the rows, of every tenant, for which this moment is `kept` ago.

    The column needs an index of its own, unless it rises with the id (`is_in_order`): then the
    lowest ids are looked at.
    """
    table = column.class_.__table__
    work = partial(_purge, table, table.c[column.key], kept, is_in_order)
    _steps(app).append(Step(f"purge_{table.name}", work, PURGE_SECONDS))


def _steps(app: Flask) -> list[Step]:
    found: list[Step] = app.extensions.setdefault(_STEPS, [])
    return found


def _attempt(step: Step) -> None:
    try:
        done = step.work(clock.utcnow())
    except Exception as error:  # A bug in one step must not stop the others for everybody.
        log.error("step_failed", step=step.name, exc_info=error)
    else:
        if done:
            log.info("step_done", step=step.name, rows=done)


def _purge(table: Any, column: Any, kept: timedelta, is_in_order: bool, now: datetime) -> int:
    """Remove batch by batch, each in a transaction of its own, so that no writer waits long."""
    give_up = time.monotonic() + PURGE_BUDGET_SECONDS
    removed = 0
    while True:
        with unscoped():
            batch = _remove(table, column, now - kept, is_in_order)
        removed += batch
        if batch < _BATCH or time.monotonic() > give_up:
            return removed


def _remove(table: Any, column: Any, before: datetime, is_in_order: bool) -> int:
    if is_in_order:
        lowest = select(table.c.id, column).order_by(table.c.id).limit(_BATCH).subquery()
        stale = select(lowest.c.id).where(lowest.c[column.name] < before)
    else:
        stale = select(table.c.id).where(column < before).order_by(column).limit(_BATCH)
    removed: Any = db.session.execute(delete(table).where(table.c.id.in_(stale)))
    return int(removed.rowcount)
