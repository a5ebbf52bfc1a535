"""The wire format of schedules of verifications."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.core.schemas import (
    ClearableSchema,
    Flag,
    Moment,
    PageQuery,
    QueryFlag,
    QueryId,
    Shown,
    Text,
    TimeZone,
    UpdateSchema,
    Whole,
    Word,
    read_only_names,
)
from app.verification.values import FREQUENCIES, SCOPES, SEMI_ANNUAL, TEST_TYPES


class Frequency(fields.String):
    """One of FREQUENCIES; `semi_annual` is taken too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf([*FREQUENCIES]), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return SEMI_ANNUAL if text == "semi_annual" else text


class ScheduleFields(Schema):
    """The fields that people set."""

    test_type = Word(TEST_TYPES, required=True, metadata={"example": "restore"})
    scope = Word(SCOPES, metadata={"example": "sample"})
    frequency = Frequency(required=True, metadata={"example": "quarterly"})
    cron = Text(
        200,
        allow_none=True,
        metadata={"description": "Five fields, for `cron` only.", "example": None},
    )
    notify = Flag(data_key="notify_on_completion", metadata={"example": True})
    is_active = Flag(metadata={"example": True})


class ScheduleInput(ClearableSchema, ScheduleFields):
    backup_id = Whole(1, required=True, metadata={"example": 1})
    timezone = TimeZone(metadata={"description": "Default: the job's.", "example": "Europe/Berlin"})


class ScheduleCreateSchema(ScheduleInput):
    """A verification that is to come again."""


class ScheduleSchema(Shown, ScheduleFields):
    """A schedule as it is shown."""

    backup_id = Whole(1)
    timezone = fields.String(metadata={"example": "Europe/Berlin"})
    last_run = Moment(allow_none=True, dump_only=True)
    next_run = Moment(allow_none=True, dump_only=True)


class ScheduleUpdateSchema(ScheduleInput, UpdateSchema):
    """A change of the given fields; what GET gave besides them is ignored."""

    ignores = read_only_names(ScheduleSchema)


class ScheduleQuery(PageQuery):
    backup_id = QueryId()
    test_type = Word(TEST_TYPES)
    is_active = QueryFlag()
