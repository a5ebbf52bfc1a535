"""Runners: registered with a key of their own, listed, given a new key, forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.auth.service import api_keys
from app.core.db import db
from app.core.identity import Actor
from app.core.integrity import flush_unless_taken
from app.core.models import get_row
from app.core.pagination import Listing, Ordering
from app.runners.errors import NameTaken
from app.runners.models import Runner
from app.runners.values import ONLINE_FOR

ORDERING = Ordering(
    key=Runner.id,
    columns={"id": Runner.id, "name": Runner.name, "created_at": Runner.created_at},
    default="name",
)
ROLE = "runner"


class ShownRunner:
    """A runner with its key, which is shown this once."""

    def __init__(self, row: Runner, key: str) -> None:
        self._row = row
        self.key = key

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def list_runners(query: dict[str, Any], now: datetime) -> Listing:
    statement = select(Runner)
    if "online" in query:
        is_online = Runner.last_seen_at.is_not(None) & (Runner.last_seen_at >= now - ONLINE_FOR)
        statement = statement.where(is_online if query["online"] else ~is_online)
    return Listing(statement, ORDERING)


def get_runner(runner_id: int) -> Runner:
    """Raises NotFound."""
    return get_row(Runner, runner_id)


def register_runner(name: str, actor: Actor, now: datetime) -> ShownRunner:
    """Register a host under the name by which jobs know it; its key is an API key like others.

    Raises NameTaken, and Forbidden for a caller who may not make such a key.
    """
    made = api_keys.create_key(actor, now, name=name, role=ROLE)
    runner = Runner(name=name, api_key_id=made.id)
    db.session.add(runner)
    flush_unless_taken("uq_runners_name", NameTaken(details={"name": [NameTaken.message]}))
    return ShownRunner(runner, made.key)


def rotate_key(runner_id: int, actor: Actor, now: datetime, overlap_hours: int) -> ShownRunner:
    """Give the runner a new key; the old one stays valid for `overlap_hours` (0 ends it now).

    What it has claimed stays its own. Raises NotFound, Conflict when its key was revoked.
    """
    runner = get_row(Runner, runner_id)
    made = api_keys.rotate_key(actor, runner.api_key_id, now, overlap_hours)
    return ShownRunner(runner, made.key)


def delete_runner(runner_id: int, now: datetime, *, expected_version: int | None) -> Runner:
    """Forget a runner and revoke its key at once.

    What it is running fails as RUNNER_LOST when its lease ends, and not before: its process may
    still be writing. What is queued for it waits for a runner of this name. Raises NotFound.
    """
    runner = get_row(Runner, runner_id, for_change=True, expected_version=expected_version)
    key = api_keys.get_key(runner.api_key_id)
    if key.revoked_at is None:
        api_keys.revoke_key(key.id, now)
    db.session.delete(runner)
    db.session.flush()
    return runner
