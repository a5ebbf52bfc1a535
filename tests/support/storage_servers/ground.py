"""What the tests of storage drivers are given of every kind of storage."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.storage.drivers import calls
from app.storage.drivers.base import Place, Probe

# How long the stand-ins keep what is under retention.
KEPT_DAYS = 30
# Spaces, umlauts and what means something to a shell: every place has them in its path.
FOLDER = "Sicherung Büro/täglich 'alt' $(x)"


@dataclass(frozen=True)
class Ground:
    """One kind of storage with a place that may be written to, and variants that may not.

    `names` lists the files or objects in the place, as the server sees them. `fill` puts some
    there and returns their size, where the driver adds up sizes; None where there is a volume.
    `authorize` lets in whoever holds the private half of a public key, as a line of text.
    """

    place: Place
    read_only: Place
    names: Callable[[], set[str]]
    missing: Place | None = None
    refused: Place | None = None
    read_only_code: str = "STORAGE_REFUSED"
    fill: Callable[[], int] | None = None
    authorize: Callable[[str], None] | None = None


def probe(place: Place) -> Probe:
    """A probe with time for a busy machine, where it is not the time that is tried."""
    return calls.probe(place, 60)


def with_credentials(place: Place, **credentials: str) -> Place:
    """The same place with some of its credentials changed."""
    changed: Mapping[str, str] = {**place.credentials, **credentials}
    return dataclasses.replace(place, credentials=changed)


def at(place: Place, connection_string: str) -> Place:
    return dataclasses.replace(place, connection_string=connection_string)
