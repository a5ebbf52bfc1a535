"""Tapes: an inventory of what lies in a cupboard, with nothing to connect to."""

import contextlib
from collections.abc import Iterator
from typing import NoReturn

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import Place
from app.storage.drivers.errors import STORAGE_OFFLINE_MEDIUM, DriverError


class TapeDriver:
    """Refuses to connect."""

    def open(self, place: Place, attempt: Attempt) -> NoReturn:
        raise DriverError(
            STORAGE_OFFLINE_MEDIUM, "A tape is an entry of the inventory; nothing connects to it."
        )

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        yield


DRIVER = TapeDriver()
