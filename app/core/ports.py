"""Named hooks that a lower room declares and only the registry fills."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class PortNotPlugged(RuntimeError):
    """A port was called before the registry plugged it."""


class Port(Generic[P, R]):
    """What a room must ask of an upper one: declared below, provided above."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._provider: Callable[P, R] | None = None

    def plug(self, provider: Callable[P, R]) -> None:
        """Name who answers; plugging again replaces the provider."""
        self._provider = provider

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._provider is None:
            raise PortNotPlugged(self.name)
        return self._provider(*args, **kwargs)
