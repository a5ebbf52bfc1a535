"""The fields and base schemas that every domain's wire format is made of."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import available_timezones

from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    pre_load,
    validate,
    validates_schema,
)

from app.core import clock
from app.core.strict_json import MAX_INTEGER

_TIME_ZONES = frozenset(available_timezones())
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# C0, DEL, C1, and Unicode's own ends of a line and of a paragraph.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
ONE_LINE = "Must not hold line breaks or other control characters."


def is_time_zone(name: str) -> bool:
    """An IANA time zone's name."""
    return name in _TIME_ZONES


def is_slug(text: str) -> bool:
    """1-63 lower-case letters, digits and dashes between them."""
    return _SLUG.fullmatch(text) is not None


def is_one_line(text: str) -> bool:
    """Without line breaks and other control characters: names stand in logs, titles and mails."""
    return _CONTROL.search(text) is None


class Text(fields.String):
    """Text of a limited length, equal to its column's."""

    def __init__(self, longest: int, *, shortest: int = 0, **kwargs: Any) -> None:
        checks = [validate.Length(min=shortest or None, max=longest)]
        extra = kwargs.pop("validate", None)
        super().__init__(validate=checks + ([extra] if extra else []), **kwargs)


class Name(Text):
    """A name: one line that is more than white space; spaces around it are dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            raise ValidationError("Must not be blank.")
        if not is_one_line(text):
            raise ValidationError(ONE_LINE)
        return text


class Word(fields.String):
    """One of a closed list of words."""

    def __init__(self, allowed: Iterable[str], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf([*allowed]), **kwargs)


class Whole(fields.Integer):
    """A whole number of JSON: a text or a fraction is refused, as is one beyond 64 bits."""

    def __init__(self, low: int | None = None, high: int = MAX_INTEGER, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return value


class Flag(fields.Boolean):
    """true or false of JSON, and nothing that looks like them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class QueryId(fields.Integer):
    """An id in a query string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=1, max=MAX_INTEGER), **kwargs)


class QueryFlag(fields.Boolean):
    """true or false in a query string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(truthy={"true", "True", "1"}, falsy={"false", "False", "0"}, **kwargs)


class Moment(fields.DateTime):
    """A moment: RFC 3339 with an offset on the way in, UTC with `Z` on the way out."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else clock.to_wire(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError("Must be text such as 2026-01-31T02:00:00Z.")
        try:
            return clock.parse_wire(value).astimezone(UTC)
        except (ValueError, OverflowError) as exc:
            message = "Must be a time with an offset, such as 2026-01-31T02:00:00Z."
            raise ValidationError(message) from exc


class TimeZone(fields.String):
    """An IANA time zone's name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_time_zone(name):
            raise ValidationError("Must be an IANA time zone, such as Europe/Berlin.")
        return name


class Slug(fields.String):
    """A tenant's short name in addresses: lower-case letters, digits and dashes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_slug(text):
            raise ValidationError("Must be 1-63 lower-case letters, digits and dashes.")
        return text


class CalendarDate(fields.Date):
    """A calendar date, YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValidationError("Must be a date such as 2026-01-31.")
        return super()._deserialize(value, attr, data, **kwargs)


class StrictSchema(Schema):
    """Unknown fields are refused; `ignores` names the read-only ones that a PUT may send back."""

    ignores: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        unknown = RAISE

    @pre_load
    def _drop_read_only(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, Mapping) or not self.ignores:
            return data
        return {name: value for name, value in data.items() if name not in self.ignores}


class ClearableSchema(StrictSchema):
    """A body in which null clears whatever is not required, back to its default."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        field_obj.allow_none = field_obj.allow_none or not field_obj.required


class UpdateSchema(ClearableSchema):
    """A change of given fields only: none must be given, none gets a default unless by null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"partial": True, **kwargs})


class Shown(Schema):
    """What every row that can be changed is shown with."""

    id = Whole(1, dump_only=True)
    created_at = Moment(dump_only=True)
    updated_at = Moment(dump_only=True)
    version = Whole(1, dump_only=True)


class NumberedQuery(StrictSchema):
    """What a list takes that is whole in memory and in one order: a page by its number."""

    page = fields.Integer(
        validate=validate.Range(min=1, max=MAX_INTEGER),
        metadata={"description": "Page number, from 1.", "example": 1},
    )
    page_size = fields.Integer(
        validate=validate.Range(min=1, max=100),
        metadata={"description": "Rows a page (default 20).", "example": 20},
    )
    per_page = fields.Integer(
        validate=validate.Range(min=1, max=100),
        metadata={"description": "Another name of page_size."},
    )

    @validates_schema
    def _refuse_two_sizes(self, data: Mapping[str, Any], **_: Any) -> None:
        if "page_size" in data and "per_page" in data:
            raise ValidationError("Is page_size by another name: send one of them.", "per_page")


class PageQuery(NumberedQuery):
    """What every other list takes: a page, or a cursor for deep reading."""

    # Longer than any that is given out: it holds the sorted columns' values, text among them.
    cursor = fields.String(
        validate=validate.Length(max=4000),
        metadata={"description": "meta.next_cursor of the answer before; empty to begin."},
    )
    count = fields.String(
        validate=validate.OneOf(["exact"]),
        metadata={"description": "`exact` counts beyond 1,000 rows too."},
    )
    sort = fields.String(
        validate=validate.Length(max=200),
        metadata={"description": "Fields to sort by, `-` before one for descending."},
    )


def read_only_names(schema: type[Schema]) -> frozenset[str]:
    """The fields that a GET gives and a PUT ignores."""
    declared: dict[str, fields.Field] = schema._declared_fields
    return frozenset(name for name, field in declared.items() if field.dump_only)


class DeletedSchema(Schema):
    """What a DELETE answers."""

    id = Whole(1)
