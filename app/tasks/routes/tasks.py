"""Tasks, under /tasks, and where they come from: /events/{id}/create-task, /users/{id}/tasks."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.identity import current_actor
from app.core.schemas import DeletedSchema
from app.tasks.errors import WrongMove
from app.tasks.schemas.tasks import (
    AssignSchema,
    MoveSchema,
    TaskCreateSchema,
    TaskInFullSchema,
    TaskOfEventSchema,
    TaskQuery,
    TaskSchema,
    TaskUpdateSchema,
    UserTaskQuery,
)
from app.tasks.service import from_events, moves, shown, tasks

blp = Blueprint("tasks", __name__, description="What people are to do", resource="task")


@blp.get("/tasks")
@requires("tasks:read")
@filters(TaskQuery)
@returns(TaskSchema, page=True)
def list_tasks(query: dict[str, Any]) -> Any:
    """List the tenant's tasks."""
    return tasks.list_tasks(query, current_actor(), clock.utcnow())


@blp.post("/tasks")
@requires("tasks:write")
@takes(TaskCreateSchema)
@returns(TaskSchema, status=201, location="/api/v1/tasks/{id}")
def create_task(body: dict[str, Any]) -> Any:
    """Write down what is to be done."""
    return tasks.create_task(body, current_actor())


@blp.get("/tasks/<int:task_id>")
@requires("tasks:read")
@returns(TaskInFullSchema)
def get_task(task_id: int) -> Any:
    """Show a task with its comments and its status history."""
    return shown.in_full(tasks.get_task(task_id))


@blp.put("/tasks/<int:task_id>")
@requires("tasks:write")
@takes(TaskUpdateSchema)
@conditional
@returns(TaskInFullSchema)
@fails(WrongMove)
def update_task(body: dict[str, Any], task_id: int, expected_version: int | None) -> Any:
    """Change the given fields of a task; another status is a move like any other."""
    task = tasks.update_task(
        task_id, body, current_actor(), clock.utcnow(), expected_version=expected_version
    )
    return shown.in_full(task)


@blp.delete("/tasks/<int:task_id>")
@requires("tasks:delete")
@conditional
@returns(DeletedSchema, message="Task deleted.")
def delete_task(task_id: int, expected_version: int | None) -> Any:
    """Mark a task as deleted."""
    return tasks.delete_task(task_id, clock.utcnow(), expected_version=expected_version)


@blp.patch("/tasks/<int:task_id>/assign")
@requires("tasks:write")
@takes(AssignSchema)
@conditional
@returns(TaskSchema)
def assign_task(body: dict[str, Any], task_id: int, expected_version: int | None) -> Any:
    """Give a task to somebody, or take it from everybody."""
    return tasks.assign_task(task_id, **body, expected_version=expected_version)


@blp.put("/tasks/<int:task_id>/status")
@requires("tasks:write")
@takes(MoveSchema)
@conditional
@returns(TaskSchema)
@fails(WrongMove)
def set_task_status(body: dict[str, Any], task_id: int, expected_version: int | None) -> Any:
    """Move a task from open to in_progress to closed, or back from closed to open."""
    return _move(body, task_id, expected_version)


@blp.patch("/tasks/<int:task_id>/status")
@requires("tasks:write")
@takes(MoveSchema)
@conditional
@returns(TaskSchema)
@fails(WrongMove)
def move_task(body: dict[str, Any], task_id: int, expected_version: int | None) -> Any:
    """Move a task, as by PUT."""
    return _move(body, task_id, expected_version)


@blp.get("/users/<int:user_id>/tasks")
@requires("tasks:read")
@filters(UserTaskQuery)
@returns(TaskSchema, page=True)
def list_user_tasks(query: dict[str, Any], user_id: int) -> Any:
    """List the tasks that a user is to do."""
    return tasks.list_tasks_of(user_id, query, current_actor(), clock.utcnow())


@blp.post("/events/<int:event_id>/create-task")
@requires("tasks:write")
@takes(TaskOfEventSchema, required=False)
@returns(
    TaskSchema,
    status=201,
    location="/api/v1/tasks/{id}",
    also={200: "The event has this task already."},
)
def create_task_from_event(body: dict[str, Any], event_id: int) -> Any:
    """Make a task of an event; asked again, give the same task."""
    task, is_new = from_events.create_from_event(event_id, body, current_actor())
    return task, 201 if is_new else 200


def _move(body: dict[str, Any], task_id: int, expected_version: int | None) -> Any:
    return moves.move_task(
        task_id,
        body["status"],
        body.get("comment"),
        current_actor(),
        clock.utcnow(),
        expected_version=expected_version,
    )
