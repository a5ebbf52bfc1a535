"""The calls that the product makes to a storage; each ends in time whatever the other side does."""

import importlib
import threading
from collections.abc import Callable
from typing import TypeVar, cast

from app.storage.drivers import probing
from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import Driver, Immutability, Place, Probe, Space
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_BUSY,
    STORAGE_PROTOCOL,
    DriverError,
)

T = TypeVar("T")

# The contract's 15 s, less what looking up the name and the answer itself take.
PROBE_SECONDS = 12.0
SPACE_SECONDS = 13.0
# A call that hangs in the kernel cannot be ended, only left behind; so many may be.
MOST_CALLS = 32
_places = threading.BoundedSemaphore(MOST_CALLS)

# The vendors' libraries cost some 150 MiB and a second together, so each is loaded at its first
# use: most installations never touch most of them.
_MODULES = {
    kind: f"app.storage.drivers.{kind}"
    for kind in ("local", "network", "sftp", "s3", "azure", "gcs", "rest", "tape")
}


def of(provider_type: str) -> Driver:
    """The driver of a kind of storage; raises DriverError for an unknown kind.

    The first call for a kind loads its library, on whose time no other side has a part.
    """
    module = _MODULES.get(provider_type)
    if module is None:
        raise DriverError(STORAGE_ADDRESS, "There is no such kind of storage.")
    return cast(Driver, importlib.import_module(module).DRIVER)


def probe(place: Place, seconds: float = PROBE_SECONDS, *, writes: bool = True) -> Probe:
    """Connect, write, read back, compare and remove; what goes wrong stands in the answer.

    Unless it writes, `writable` is not known and False.
    """
    try:
        driver = of(place.provider_type)
        return within(seconds, lambda attempt: probing.probe(driver, place, attempt, writes=writes))
    except DriverError as error:
        return probing.failed(error)


def space(place: Place, seconds: float = SPACE_SECONDS) -> Space:
    """Ask what the other side tells of its space.

    For an object store the objects under the prefix are added up, a thousand a request: give it
    minutes where there are millions. Raises DriverError.
    """
    driver = of(place.provider_type)
    return within(seconds, lambda attempt: probing.space(driver, place, attempt))


def probe_immutability(place: Place, days: int, seconds: float = PROBE_SECONDS) -> Immutability:
    """Try to delete for good what was just written, with the same credentials.

    Where that is refused the probe stays for as long as the bucket keeps its objects; earlier
    ones whose time is over are removed. Raises DriverError.
    """
    driver = of(place.provider_type)
    return within(seconds, lambda attempt: probing.probe_immutability(driver, place, days, attempt))


def within(seconds: float, work: Callable[[Attempt], T]) -> T:
    """Do it in a thread of its own, which is given up when the time is over."""
    if not _places.acquire(blocking=False):
        raise DriverError(STORAGE_BUSY, "Too many storages are being waited for; try again later.")
    attempt = Attempt(seconds)
    results: list[T] = []
    errors: list[DriverError] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work(attempt))
        except DriverError as error:
            errors.append(error)
        except Exception as exc:
            # Libraries meet garbage with errors of any kind: a ValueError, a struct.error.
            errors.append(_garbage(exc))
        finally:
            _places.release()
            done.set()

    threading.Thread(target=run, name="storage-call", daemon=True).start()
    is_done = done.wait(seconds)
    attempt.cut_off()
    if not is_done:
        raise attempt.timeout()
    if errors:
        raise errors[0]
    return results[0]


def _garbage(exc: Exception) -> DriverError:
    error = DriverError(
        STORAGE_PROTOCOL,
        f"The other side answered what cannot be understood ({type(exc).__name__}).",
    )
    error.__cause__ = exc
    return error
