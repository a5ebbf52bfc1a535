"""What the database is asked, as the driver is given it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

Heard = list[tuple[str, Any]]


@contextmanager
def heard_by(engine: Engine | type[Engine], *words: str) -> Iterator[Heard]:
    """The statements of the block that hold all these words, with their parameters."""
    heard: Heard = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if all(word in statement for word in words):
            heard.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)
