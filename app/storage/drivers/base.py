"""What every storage driver takes, gives and raises."""

import dataclasses
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.storage.drivers.attempt import Attempt

# More is never read of what should be a probe: a server may send without end.
MOST_BYTES = 4096


@dataclass(frozen=True)
class Place:
    """Where a storage is and how one gets in, as a provider's row or a test's body says it.

    `endpoint` is for s3, azure and gcs. `host_key` is the key that an SFTP server must show, as a
    Probe gave it; none trusts whichever it shows. `addresses` are the IP addresses that the
    host's name was resolved to and that were found fit: then only those are connected to, however
    the name resolves by then, and no proxy is asked.
    """

    provider_type: str
    connection_string: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoint: str | None = None
    host_key: str | None = None
    addresses: tuple[str, ...] | None = None

    def below(self, *names: str) -> "Place":
        """The place of a folder in this one, such as a repository's."""
        separator = "\\" if self.connection_string.startswith("\\\\") else "/"
        whole = separator.join((self.connection_string.rstrip("\\/"), *names))
        return dataclasses.replace(self, connection_string=whole)


@dataclass(frozen=True)
class Space:
    """In bytes, None for what the other side does not tell.

    A volume tells all three. An object store tells only what lies under the place's prefix.
    `free_bytes` is what our own user may still write.
    """

    total_bytes: int | None = None
    used_bytes: int | None = None
    free_bytes: int | None = None


UNTOLD = Space()


@dataclass(frozen=True)
class Probe:
    """What a test found. `latency_ms` is the first answer's time once the connection stood.

    With `error_code` STORAGE_PROBE_LEFT it is writable all the same. `host_key` is an SFTP
    server's, for the caller to keep.
    """

    accessible: bool
    writable: bool
    total_bytes: int | None = None
    free_bytes: int | None = None
    latency_ms: float | None = None
    error_code: str | None = None
    error_message: str | None = None
    host_key: str | None = None


@dataclass(frozen=True)
class Immutability:
    """What a deletion that was tried has shown; `is_immutable` is None when it shows nothing.

    `retained_until` is how long the probe object is kept by the other side.
    """

    is_immutable: bool | None
    why: str
    retained_until: datetime | None = None


class Store(Protocol):
    """An open connection to a place; names are of files or objects right below it."""

    host_key: str | None

    def look(self) -> None:
        """Ask for the place itself; raises STORAGE_NOT_FOUND when it is not there."""

    def write(self, name: str, data: bytes) -> None:
        """Write a new small object."""

    def read(self, name: str) -> bytes:
        """Read a small object."""

    def remove(self, name: str) -> None:
        """Remove an object; one that is not there is no error."""

    def volume(self) -> Space:
        """What the other side tells at once about its volume; UNTOLD when it knows none."""

    def used_bytes(self) -> int | None:
        """Add up what lies under the place, for one that tells no volume; takes its time."""

    def probe_immutability(self, days: int) -> Immutability:
        """Write an object as a backup does and try to delete it for good."""


class Driver(Protocol):
    """A kind of storage; all that goes wrong is raised as DriverError inside `refusals`."""

    def open(self, place: Place, attempt: Attempt) -> AbstractContextManager[Store]:
        """Connect for the length of the block."""

    def refusals(self, place: Place) -> AbstractContextManager[None]:
        """Turn what the library raises into a DriverError that an administrator understands."""
