"""Logs as one JSON object a line on stdout, without secrets."""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from logging import LogRecord
from math import isfinite
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "********"

# These libraries bring handlers of their own, which would print beside ours or in another form.
_FOREIGN_LOGGERS = ("gunicorn.error", "gunicorn.access", "werkzeug", "huey", "huey.consumer")

_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|authorization|credential|cookie|pepper|jwt"
    r"|(?:api|access|account|private|encryption)_?key|^key$"
)
_MAX_DEPTH = 8

# Each pattern is tried only on texts that hold its needle in lower case: most hold none.
_SECRET_TEXTS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("hf_", re.compile(r"(?<![A-Za-z0-9])(hf_[A-Za-z0-9]+_)[A-Za-z0-9_-]+"), rf"\1{MASK}"),
    ("bearer", re.compile(r"(?i)\b(bearer\s+)[^\s\"',;]+"), rf"\1{MASK}"),
    ("basic", re.compile(r"(?i)\b(authorization\W+basic\s+)[A-Za-z0-9+/=_-]+"), rf"\1{MASK}"),
    ("eyj", re.compile(r"eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+"), MASK),
    ("://", re.compile(r"(://[^/\s:@]*:)[^/\s]+@"), rf"\1{MASK}@"),
    ("=", re.compile(r"(?i)((?:passw\w*|secret|token|api_?key)=)[^\s&\"',;]+"), rf"\1{MASK}"),
    (
        '":',
        re.compile(r'(?i)("[\w-]*(?:passw|secret|token|api_?key)[\w-]*":\s*)"(?:[^"\\]|\\.)*"'),
        rf'\1"{MASK}"',
    ),
)


def configure(level: str) -> None:
    """Send everything that is logged, by structlog or by the standard library, to stdout.

    May be called again. ValueError for an unknown level.
    """
    root = logging.getLogger()
    root.setLevel(level.upper())
    _replace_handler(root)
    for name in _FOREIGN_LOGGERS:
        foreign = logging.getLogger(name)
        foreign.handlers.clear()
        foreign.propagate = True
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*_SHARED, *_RENDER],
        logger_factory=_Line,
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        cache_logger_on_first_use=True,
    )


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that takes an event and named values: `log.info("job queued", job_id=7)`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return logger


def bind(**values: Any) -> None:
    """Add values, such as the trace id, to all that this thread or context logs from now on."""
    structlog.contextvars.bind_contextvars(**values)


def clear() -> None:
    """Forget what `bind` added in this thread or context."""
    structlog.contextvars.clear_contextvars()


def mask_text(text: str) -> str:
    """The text with keys, tokens and passwords that show by their form put out of sight."""
    lowered = text.lower()
    for needle, pattern, replacement in _SECRET_TEXTS:
        if needle in lowered:
            text = pattern.sub(replacement, text)
    return text


def mask(value: Any, depth: int = 0) -> Any:
    """The value in JSON's types, secrets masked by the name of their key and by their form."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, bytes):
        return mask_text(value.decode(errors="replace"))
    if depth >= _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _mask_field(str(key), item, depth) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [mask(item, depth + 1) for item in value]
    return mask_text(str(value))


def _mask_field(name: str, value: Any, depth: int) -> Any:
    # That a secret is missing, or whether it is set, is worth knowing and gives nothing away.
    if value is None or isinstance(value, bool):
        return value
    if _is_secret(name):
        return MASK
    return mask(value, depth + 1)


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name.lower().replace("-", "_")) is not None


class _Line:
    """Where our own loggers' lines go: past the standard library, which costs twice the line."""

    def __init__(self, name: str) -> None:
        self.name = name

    def msg(self, line: str) -> None:
        # A disk that is full under the log, or a reader that has gone, costs nobody their answer.
        with suppress(OSError):
            # One call, so that two threads do not write into each other's line.
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    debug = info = warning = error = critical = exception = msg


class _StdoutHandler(logging.StreamHandler[Any]):
    """Writes to what stdout is at the time, which servers and tests replace."""

    def emit(self, record: LogRecord) -> None:
        self.stream = sys.stdout
        super().emit(record)


def _replace_handler(root: logging.Logger) -> None:
    for handler in root.handlers[:]:
        if isinstance(handler, _StdoutHandler):
            root.removeHandler(handler)
    handler = _StdoutHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_RENDER,
            ],
        )
    )
    root.addHandler(handler)


def _name_traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if "exception" in event:
        event["traceback"] = event.pop("exception")
    return event


def _mask_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _mask_field(name, value, 0) for name, value in event.items()}


def _line(event: EventDict, **_options: Callable[[Any], Any]) -> str:
    # ASCII only: no encoding of the terminal can fail on it, and no line separator of Unicode
    # can break a line in two.
    return json.dumps(event)


_RENDER: list[Processor] = [
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    _name_traceback,
    _mask_event,
    structlog.processors.JSONRenderer(serializer=_line),
]
_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def current_trace_id() -> str | None:
    """The trace id that is bound to this thread's log lines."""
    trace_id: str | None = structlog.contextvars.get_contextvars().get("trace_id")
    return trace_id
