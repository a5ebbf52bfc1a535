"""The wire format of tasks."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.core.schemas import (
    CalendarDate,
    ClearableSchema,
    Moment,
    Name,
    PageQuery,
    QueryFlag,
    QueryId,
    Shown,
    StrictSchema,
    Text,
    UpdateSchema,
    Whole,
    Word,
    read_only_names,
)
from app.tasks.schemas.comments import CommentSchema
from app.tasks.values import (
    LONGEST_COMMENT,
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    PRIORITIES,
    SHORTEST_TITLE,
    STATUSES,
)

_TITLE = {"example": "Swap the tapes"}
_NOBODY = {"description": "An active user of the tenant.", "example": None}


class TaskInput(ClearableSchema):
    """A task as people write it."""

    title = Name(LONGEST_TITLE, shortest=SHORTEST_TITLE, required=True, metadata=_TITLE)
    description = Text(LONGEST_DESCRIPTION, metadata={"example": "Vault, shelf 3"})
    priority = Word(PRIORITIES, required=True, metadata={"example": "high"})
    assigned_user_id = Whole(1, metadata=_NOBODY)
    due_date = CalendarDate(metadata={"description": "In the tenant's time zone."})
    event_id = Whole(1, metadata={"description": "The event it is about.", "example": None})
    alert_id = Whole(1, metadata={"description": "The alert it is about.", "example": None})


class TaskCreateSchema(TaskInput):
    """A new task; it begins as open."""


class TaskSchema(Shown):
    """A task as a list shows it."""

    title = fields.String(metadata=_TITLE)
    description = fields.String(allow_none=True, metadata={"example": "Vault, shelf 3"})
    status = Word(STATUSES)
    priority = Word(PRIORITIES, metadata={"example": "high"})
    assigned_user_id = Whole(1, allow_none=True)
    assigned_user_name = fields.String(
        allow_none=True, dump_only=True, metadata={"example": "Alice"}
    )
    due_date = CalendarDate(allow_none=True)
    event_id = Whole(1, allow_none=True, metadata={"example": None})
    alert_id = Whole(1, allow_none=True, metadata={"example": None})
    created_by = Whole(
        1, allow_none=True, dump_only=True, metadata={"description": "Null: a machine."}
    )
    created_by_kind = fields.String(dump_only=True, metadata={"example": "user"})
    created_by_name = fields.String(dump_only=True, metadata={"example": "alice"})
    closed_at = Moment(allow_none=True, dump_only=True, metadata={"example": None})


class TaskMoveSchema(Schema):
    """A move from one status to another."""

    from_status = Word(STATUSES)
    to_status = Word(STATUSES, metadata={"example": "in_progress"})
    comment = fields.String(allow_none=True, metadata={"example": "On my way."})
    moved_at = Moment()
    moved_by_kind = fields.String(metadata={"example": "user"})
    moved_by_id = Whole(1, allow_none=True)
    moved_by_name = fields.String(metadata={"example": "alice"})


class TaskInFullSchema(TaskSchema):
    """A task with its newest 100 comments and moves, each with the oldest first."""

    comments = fields.List(fields.Nested(CommentSchema), dump_only=True)
    comment_count = Whole(0, dump_only=True)
    status_history = fields.List(fields.Nested(TaskMoveSchema), dump_only=True)

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        source = obj if attr in ("comments", "comment_count", "status_history") else obj.task
        return super().get_attribute(source, attr, default)


class TaskUpdateSchema(TaskInput, UpdateSchema):
    """A change of the given fields; another status is a move like any other."""

    ignores = read_only_names(TaskInFullSchema)

    status = Word(STATUSES, required=True)


class MoveSchema(StrictSchema):
    """Where a task is to go, and why."""

    status = Word(STATUSES, required=True, metadata={"example": "in_progress"})
    comment = Text(LONGEST_COMMENT, allow_none=True, metadata={"example": "On my way."})


class AssignSchema(StrictSchema):
    """Who is to do it, under either of its two names; null is nobody."""

    example_omits = ("assignee_id",)

    assigned_user_id = Whole(1, allow_none=True, metadata=_NOBODY)
    assignee_id = Whole(
        1, allow_none=True, metadata={"description": "Another name of assigned_user_id."}
    )

    @validates_schema
    def _take_one(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Missing data for required field.", "assigned_user_id")
        if len(set(data.values())) > 1:
            message = "Is assigned_user_id by another name: send one of them."
            raise ValidationError(message, "assignee_id")

    @post_load
    def _under_one_name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """With the name under which it was sent, for a refusal to tell of."""
        field, user_id = next(iter(data.items()))
        return {"user_id": user_id, "field": field}


class TaskOfEventSchema(ClearableSchema):
    """What is to be other than the event says."""

    title = Name(LONGEST_TITLE, shortest=SHORTEST_TITLE, metadata=_TITLE)
    description = Text(LONGEST_DESCRIPTION, metadata={"example": "Vault, shelf 3"})
    priority = Word(PRIORITIES, metadata={"example": "high"})
    assigned_user_id = Whole(1, metadata=_NOBODY)


class Statuses(fields.String):
    """One status, or several separated by commas."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        words = [word.strip() for word in text.split(",")]
        if not set(words) <= set(STATUSES):
            raise ValidationError(f"Takes {', '.join(STATUSES)}, several by comma.")
        return words


class PersonId(fields.String):
    """A user's id, or `me`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text if text == "me" else QueryId().deserialize(text)


class UserTaskQuery(PageQuery):
    """The filters of one person's tasks."""

    status = Statuses(metadata={"description": "Several by comma.", "example": "open,in_progress"})
    priority = Word(PRIORITIES)
    due_before = CalendarDate(metadata={"description": "Due on an earlier day."})
    due_after = CalendarDate(metadata={"description": "Due on a later day."})
    created_before = Moment()
    created_after = Moment()
    overdue = QueryFlag(metadata={"description": "Not closed, and due before today."})
    search = fields.String(
        validate=validate.Length(min=1, max=200),
        metadata={"description": "In title and description."},
    )


class TaskQuery(UserTaskQuery):
    assigned_user_id = PersonId(metadata={"description": "A user's id, or `me`."})
