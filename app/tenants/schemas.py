"""The wire format of what a tenant decides for itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.core.schemas import (
    Flag,
    Name,
    Shown,
    StrictSchema,
    TimeZone,
    UpdateSchema,
    Whole,
    read_only_names,
)
from app.tenants import values

_TIME = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Must be HH:MM.")


def _once_each(times: Sequence[str]) -> None:
    if len(set(times)) < len(times):
        raise ValidationError("Must name each time once.")


class TimeOfDay(fields.String):
    """HH:MM in the tenant's own zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=_TIME, **kwargs)


class Bounded(Whole):
    """A number between its bounds; null is the default again."""

    def __init__(self, bounds: tuple[int, int, int], told: str) -> None:
        low, high, default = bounds
        words = f"{told}; {low} to {high}, {default} unless set."
        super().__init__(low, high, metadata={"description": words, "example": default})


class QuietHoursSchema(StrictSchema):
    """From when until when, over midnight too."""

    class Meta(StrictSchema.Meta):
        include = {"from": TimeOfDay(required=True, metadata={"example": "22:00"})}

    to = TimeOfDay(required=True, metadata={"example": "06:00"})

    @validates_schema
    def _refuse_nothing(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("from") == data.get("to"):
            raise ValidationError("Must be another time than from.", "to")


class Complete(fields.Nested):
    """Given as a whole, also in a change of single fields."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        return super()._deserialize(value, attr, data, partial=False, **kwargs)


class RetentionFields(Schema):
    """How long the system remembers, in days."""

    execution_retention_days = Bounded(
        values.EXECUTION_RETENTION_DAYS, "How long executions and their logs are kept"
    )
    event_retention_days = Bounded(values.EVENT_RETENTION_DAYS, "How long events are kept")


class OwnTenantFields(RetentionFields):
    """What a tenant's admin sets."""

    name = Name(200, required=True, metadata={"example": "Acme AG"})
    timezone = TimeZone(metadata={"example": "Europe/Berlin"})
    quiet_hours = Complete(
        QuietHoursSchema,
        allow_none=True,
        metadata={
            "description": "When channels without quiet hours of their own keep still, in the "
            "tenant's time zone.",
        },
    )


class ChannelNameSchema(Schema):
    """A notification channel by its name; the rest is at /notification-channels."""

    id = Whole(1)
    name = fields.String(metadata={"example": "On call"})
    kind = fields.String(metadata={"example": "email"})
    is_active = Flag(metadata={"example": True})


class OwnTenantSchema(Shown, OwnTenantFields):
    """One's own tenant."""

    slug = fields.String(dump_only=True, metadata={"example": "acme"})
    is_suspended = Flag(dump_only=True, metadata={"example": False})
    notification_channels = fields.List(fields.Nested(ChannelNameSchema), dump_only=True)


class OwnTenantUpdateSchema(UpdateSchema, OwnTenantFields):
    """A change of the given fields; what GET gave besides them is ignored."""

    ignores = read_only_names(OwnTenantSchema)


class MonitoringFields(RetentionFields):
    """How a tenant is watched over."""

    missed_check_seconds = Bounded(
        values.MISSED_CHECK_SECONDS, "How often missed runs are looked for"
    )
    storage_low_percent = Bounded(
        values.STORAGE_LOW_PERCENT, "Below how much free space a storage is low"
    )
    storage_ok_percent = Bounded(
        values.STORAGE_OK_PERCENT, "From how much free space on it is no longer"
    )
    runner_timeout_seconds = Bounded(
        values.RUNNER_TIMEOUT_SECONDS, "After how much silence a runner is lost, and fails its runs"
    )
    max_verification_age_days = Bounded(
        values.MAX_VERIFICATION_AGE_DAYS, "How long a verification counts"
    )
    digest_times = fields.List(
        TimeOfDay(metadata={"example": "08:00"}),
        validate=[validate.Length(min=1, max=values.MOST_DIGEST_TIMES), _once_each],
        metadata={"description": "When daily digests go out, in the tenant's time zone."},
    )


class MonitoringSchema(MonitoringFields):
    """The settings that hold; `version` is that of the tenant."""

    updated_at = Shown._declared_fields["updated_at"]
    version = Shown._declared_fields["version"]


class MonitoringUpdateSchema(UpdateSchema, MonitoringFields):
    """A change of the given fields; null brings the default back."""

    ignores = read_only_names(MonitoringSchema)
