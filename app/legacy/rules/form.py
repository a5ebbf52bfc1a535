"""What each endpoint calls its fields, and the reading of them with every problem collected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from app.legacy.errors import InvalidFields
from app.legacy.rules.dates import read_date
from app.legacy.rules.numbers import read_duration_seconds, read_size_bytes
from app.legacy.rules.words import is_absent, read_text
from app.legacy.values import (
    COPY_STATUS,
    DEFAULT_SOURCE_SYSTEM,
    MAX_ERROR_MESSAGE,
    MAX_FIELD_NAME,
    MAX_SOURCE_SYSTEM,
    MAX_UNKNOWN_FIELDS,
    RECORD_EXECUTION,
    STATUS,
    UPDATE_COPY_STATUS,
    UPDATE_STATUS,
    Reading,
)

Value = TypeVar("Value")


@dataclass(frozen=True)
class Names:
    """What one endpoint calls each thing; None where it has no field for it."""

    id: str
    result: str
    date: str | None = None
    start: str | None = None
    end: str | None = None
    size: str | None = None
    duration: str | None = None
    error: str | None = None
    details: str | None = None
    source: str | None = None

    def all(self) -> tuple[str, ...]:
        """Every field that the endpoint knows."""
        return tuple(name for name in vars(self).values() if name)


NAMES: Mapping[str, Names] = {
    STATUS: Names(
        id="job_id",
        result="execution_result",
        date="execution_date",
        size="backup_size_bytes",
        duration="duration_seconds",
        error="error_message",
        source="source_system",
    ),
    UPDATE_STATUS: Names(
        id="job_id",
        result="status",
        size="backup_size",
        duration="duration_seconds",
        error="error_message",
    ),
    RECORD_EXECUTION: Names(
        id="job_id",
        result="status",
        start="start_time",
        end="end_time",
        size="backup_size",
        details="details",
    ),
    COPY_STATUS: Names(
        id="copy_id", result="status", date="last_backup_date", size="last_backup_size"
    ),
    UPDATE_COPY_STATUS: Names(
        id="job_id",
        result="status",
        size="copy_size",
        duration="duration_seconds",
        error="error_message",
    ),
}


@dataclass
class Form:
    """The fields of one body while they are read, and what was wrong with them."""

    values: Mapping[str, Any]
    unknown_fields: tuple[str, ...]
    problems: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, data: Mapping[str, Any], endpoint: str) -> "Form":
        return cls(*by_name(data, NAMES[endpoint].all()))

    def take(self, name: str, read: Callable[[Any, str], Value], fallback: Value) -> Value:
        try:
            return read(self.values.get(name), name)
        except InvalidFields as refused:
            self.problems.update(refused.details)
            return fallback

    def date(
        self, name: str | None, zone: tzinfo, now: datetime, *, required: bool = False
    ) -> datetime | None:
        def read(value: Any, name: str) -> Reading[datetime]:
            if required and is_absent(value):
                raise InvalidFields({name: f"{name} is required"})
            return read_date(value, name, zone=zone, now=now)

        return self._known(name, read)

    def size(self, name: str | None) -> int | None:
        return self.take(name, read_size_bytes, None) if name else None

    def duration(self, name: str | None) -> float | None:
        return self._known(name, read_duration_seconds)

    def text(self, name: str | None) -> str | None:
        return read_text(self.values.get(name), MAX_ERROR_MESSAGE) if name else None

    def source(self, name: str | None) -> str:
        return (self.text(name) or DEFAULT_SOURCE_SYSTEM).strip()[:MAX_SOURCE_SYSTEM]

    def refuse_if_bad(self) -> None:
        if self.problems:
            raise InvalidFields(self.problems)

    def _known(self, name: str | None, read: Callable[[Any, str], Reading[Value]]) -> Value | None:
        if name is None:
            return None
        reading: Reading[Value] = self.take(name, read, Reading(None))
        if reading.warning:
            self.warnings.append(reading.warning)
        return reading.value


def by_name(
    data: Mapping[str, Any], names: Sequence[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values under the endpoint's own names, and what else was sent.

    A hashtable's keys come in the case that the script's author liked; the exact name wins.
    """
    values = {name: data[name] for name in names if name in data}
    unknown: list[str] = []
    for sent, value in data.items():
        name = sent.lower()
        if sent in values:
            continue
        if name in names and name not in values:
            values[name] = value
        else:
            unknown.append(sent[:MAX_FIELD_NAME])
    return values, tuple(unknown[:MAX_UNKNOWN_FIELDS])
