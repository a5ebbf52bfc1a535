"""Folders of this machine, as a disk or a mounted share is one."""

import os
from pathlib import Path

from app.storage.drivers.base import Place
from tests.support.storage_servers.ground import FOLDER, Ground

# A file system in which nobody may make a file, not even root.
_NOBODY_WRITES = "/dev/pts"


def ground_over(provider_type: str, folder: Path) -> Ground:
    store = folder / FOLDER
    store.mkdir(parents=True)
    return Ground(
        place=Place(provider_type, str(store)),
        missing=Place(provider_type, str(folder / "not mounted")),
        read_only=Place(provider_type, _NOBODY_WRITES),
        names=lambda: set(os.listdir(store)),
    )
