"""What is done with an open storage, the same for every kind."""

import secrets
import time

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import UNTOLD, Driver, Immutability, Place, Probe, Space, Store
from app.storage.drivers.errors import STORAGE_PROBE_LEFT, STORAGE_PROTOCOL, DriverError

PROBE_PREFIX = ".holdfast-probe-"
PROBE_BYTES = 256


def probe(driver: Driver, place: Place, attempt: Attempt, *, writes: bool = True) -> Probe:
    """Raises DriverError when the place cannot even be looked at."""
    with driver.refusals(place), driver.open(place, attempt) as store:
        started = time.monotonic()
        store.look()
        latency_ms = (time.monotonic() - started) * 1000
        volume = _told_volume(driver, place, store)
        writable, error = False, None
        if writes:
            writable, error = _write_probe(driver, place, store, attempt)
        return Probe(
            accessible=True,
            writable=writable,
            total_bytes=volume.total_bytes,
            free_bytes=volume.free_bytes,
            latency_ms=round(latency_ms, 1),
            error_code=error.code if error else None,
            error_message=error.message if error else None,
            host_key=store.host_key,
        )


def failed(error: DriverError) -> Probe:
    return Probe(False, False, error_code=error.code, error_message=error.message)


def space(driver: Driver, place: Place, attempt: Attempt) -> Space:
    with driver.refusals(place), driver.open(place, attempt) as store:
        told = store.volume()
        return Space(used_bytes=store.used_bytes()) if told == UNTOLD else told


def probe_immutability(driver: Driver, place: Place, days: int, attempt: Attempt) -> Immutability:
    with driver.refusals(place), driver.open(place, attempt) as store:
        return store.probe_immutability(days)


def _told_volume(driver: Driver, place: Place, store: Store) -> Space:
    """The space is an extra of a test: a server that does not tell it is usable all the same."""
    try:
        with driver.refusals(place):
            return store.volume()
    except DriverError:
        return UNTOLD


def _write_probe(
    driver: Driver, place: Place, store: Store, attempt: Attempt
) -> tuple[bool, DriverError | None]:
    """Say whether it can be written to, and what went wrong with it."""
    name, data = f"{PROBE_PREFIX}{secrets.token_hex(8)}", secrets.token_bytes(PROBE_BYTES)
    error = None
    try:
        with driver.refusals(place):
            store.write(name, data)
            _compare(store.read(name), data)
    except DriverError as exc:
        error = exc
    # Removed in any case: a write that failed may have left a part of it.
    attempt.tidy()
    left = _remove(driver, place, store, name)
    return error is None, error or left


def _compare(found: bytes, data: bytes) -> None:
    if found != data:
        raise DriverError(STORAGE_PROTOCOL, "The storage gave back other bytes than were written.")


def _remove(driver: Driver, place: Place, store: Store, name: str) -> DriverError | None:
    try:
        with driver.refusals(place):
            store.remove(name)
    except DriverError as exc:
        return DriverError(
            STORAGE_PROBE_LEFT,
            f"The probe {name} was written but could not be removed; backups of restic remove "
            f"their locks and what has expired. {exc.message}",
        )
    return None
