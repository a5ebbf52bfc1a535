"""Calling out from a request: with no transaction open, and never from every thread at once."""

from collections.abc import Callable
from typing import TypeVar

from app.core.db import release
from app.core.errors import Unavailable
from app.core.waiting import waiters

T = TypeVar("T")


class TooManyWaiting(Unavailable):
    message = "Too many callers wait for a slow answer; try again."


def outside(call: Callable[[], T]) -> T:
    """End the request's transaction and call out. Raises TooManyWaiting when half of the
    process's threads wait already."""
    release()
    with waiters().place() as has_place:
        if not has_place:
            raise TooManyWaiting()
        return call()
