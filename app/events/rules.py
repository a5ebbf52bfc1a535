"""What may stand for a type of events in a filter."""

import re
from collections.abc import Iterable

from app.events.values import EXTERNAL, TYPES

_EXTERNAL = re.compile(rf"{re.escape(EXTERNAL)}[A-Za-z0-9_][A-Za-z0-9_.-]*")
LONGEST = 60


def is_external(kind: str) -> bool:
    """A type that other tools may record: `external.` and a name."""
    return len(kind) <= LONGEST and _EXTERNAL.fullmatch(kind) is not None


def unknown_types(words: Iterable[str]) -> list[str]:
    """Those of the words that no event can ever fit: `backup.*` fits what begins with `backup.`"""
    return [word for word in words if not _is_known(word)]


def _is_known(word: str) -> bool:
    if word.endswith(".*"):
        prefix = word.removesuffix("*")
        return is_external(prefix + "x") or any(kind.startswith(prefix) for kind in TYPES)
    return word in TYPES or is_external(word)
