"""Tasks: made, found, changed, given to somebody, deleted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.identity import Actor
from app.core.models import find_row, get_row, live
from app.core.pagination import Listing, Ordering, equal
from app.core.ports import Port
from app.events.models import Event
from app.tasks.models import Task
from app.tasks.rules import searched, sorted_by
from app.tasks.service import moves, people
from app.tasks.values import CLOSED, NO_DAY

ORDERING = Ordering(
    key=Task.id,
    columns={
        "id": Task.id,
        "title": Task.title,
        "status": Task.status,
        "priority": Task.urgency,
        "due_date": Task.due_day,
        "created_at": Task.created_at,
        "updated_at": Task.updated_at,
    },
    default="-created_at",
)
MINE = "me"
# Alerts live on a floor above.
has_alert: Port[[int], bool] = Port("tasks.has_alert")


def list_tasks(query: dict[str, Any], actor: Actor, now: datetime) -> Listing:
    """The tenant's tasks; raises ValidationFailed when a machine asks for those of `me`.

    `overdue` are those that are not closed and were due before today where the tenant lives.
    """
    statement = equal(select(Task).where(live(Task)), Task, query, ("priority",))
    if "status" in query:
        statement = statement.where(Task.status.in_(query["status"]))
    if "assigned_user_id" in query:
        statement = statement.where(Task.assigned_user_id == _asked(query, actor))
    if "search" in query:
        words = query["search"].casefold()
        statement = statement.where(Task.search_text.contains(words, autoescape=True))
    statement = _in_time(statement, query)
    if "overdue" in query:
        is_overdue = (Task.due_day < people.today(now).toordinal()) & (Task.status != CLOSED)
        statement = statement.where(is_overdue if query["overdue"] else ~is_overdue)
    return Listing(statement, ORDERING)


def list_tasks_of(user_id: int, query: dict[str, Any], actor: Actor, now: datetime) -> Listing:
    """The tasks that this user is to do; raises NotFound for one of no membership here."""
    people.refuse_unknown(user_id)
    return list_tasks({**query, "assigned_user_id": user_id}, actor, now)


def get_task(task_id: int, **options: Any) -> Task:
    """Raises NotFound; PreconditionFailed for another `expected_version`."""
    return get_row(Task, task_id, **options)


def create_task(fields: dict[str, Any], actor: Actor) -> Task:
    """Raises ValidationFailed."""
    task = Task(**people.signature(actor, "created_by"))
    _apply(task, fields)
    db.session.add(task)
    db.session.flush()
    return task


def update_task(
    task_id: int,
    fields: dict[str, Any],
    actor: Actor,
    now: datetime,
    *,
    expected_version: int | None,
) -> Task:
    """Replace the given fields; another status is a move like any other.

    Raises NotFound, PreconditionFailed, ValidationFailed, WrongMove.
    """
    task = get_task(task_id, for_change=True, expected_version=expected_version)
    status = fields.get("status", task.status)
    _apply(task, {name: value for name, value in fields.items() if name != "status"})
    if status != task.status:
        moves.move(task, status, None, actor, now)
    db.session.flush()
    return task


def assign_task(
    task_id: int, user_id: int | None, field: str, expected_version: int | None
) -> Task:
    """Give it to somebody, or to nobody; raises as `update_task`, a wrong id by this field."""
    task = get_task(task_id, for_change=True, expected_version=expected_version)
    _assign(task, user_id, field)
    db.session.flush()
    return task


def delete_task(task_id: int, now: datetime, *, expected_version: int | None) -> Task:
    """Mark it deleted; raises NotFound, PreconditionFailed."""
    task = get_task(task_id, for_change=True, expected_version=expected_version)
    task.deleted_at = now
    db.session.flush()
    return task


def _asked(query: dict[str, Any], actor: Actor) -> int:
    asked = query["assigned_user_id"]
    if asked != MINE:
        return int(asked)
    if actor.user_id is None:
        raise ValidationFailed.on("assigned_user_id", "Only a person has tasks: name one.")
    return actor.user_id


def _in_time(statement: Select[Any], query: dict[str, Any]) -> Select[Any]:
    if "created_after" in query:
        statement = statement.where(Task.created_at > query["created_after"])
    if "created_before" in query:
        statement = statement.where(Task.created_at < query["created_before"])
    if "due_after" in query:
        day = query["due_after"].toordinal()
        statement = statement.where(Task.due_day > day, Task.due_day < NO_DAY)
    if "due_before" in query:
        statement = statement.where(Task.due_day < query["due_before"].toordinal())
    return statement


def _apply(task: Task, fields: dict[str, Any]) -> None:
    """Set what was given; null clears what may be empty."""
    given = dict(fields)
    if "assigned_user_id" in given:
        _assign(task, given.pop("assigned_user_id"), "assigned_user_id")
    _refuse_unknown("event_id", given.get("event_id"), task.event_id, has_event)
    _refuse_unknown("alert_id", given.get("alert_id"), task.alert_id, has_alert)
    for name, value in given.items():
        setattr(task, name, value)
    for name, number in sorted_by(task.priority, task.due_date).items():
        setattr(task, name, number)
    task.search_text = searched(task.title, task.description)


def _assign(task: Task, user_id: int | None, field: str) -> None:
    """Somebody who has left keeps what they had, so that a PUT of what GET gave is taken."""
    if user_id == task.assigned_user_id:
        return
    if user_id is not None:
        people.refuse_stranger(user_id, field)
    task.assigned_user_id = user_id
    if task.id is not None:
        db.session.expire(task, ["assignee"])


def has_event(event_id: int) -> bool:
    return find_row(Event, event_id) is not None


def _refuse_unknown(
    field: str, asked: int | None, before: int | None, is_there: Callable[[int], bool]
) -> None:
    if asked not in (None, before) and not is_there(asked):
        raise ValidationFailed.on(field, "There is nothing with this id.")
