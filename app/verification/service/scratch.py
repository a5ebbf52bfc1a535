"""Scratch folders: each verification has one of its own, and nothing stays behind."""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from app.core.db import db
from app.core.logging import get_logger
from app.core.settings import settings
from app.core.tenancy import unscoped
from app.engines.base import STORAGE_UNAVAILABLE, EngineError
from app.engines.locations import make_private_folders, refusals
from app.verification.models import Verification
from app.verification.values import RUNNING, SCRATCH_FULL

log = get_logger("scratch")
_NAME = re.compile(r"verification-(\d{1,18})-(\d{1,9})")
# What restic's cache and the file system itself take beside the files.
_SPARE_BYTES = 64 * 1024 * 1024
_SPARE_SHARE = 0.02


@contextmanager
def folder_of(verification: Verification) -> Iterator[Path]:
    """A new folder for this attempt, for our own user only, gone after the block."""
    folder = _base() / f"verification-{verification.id}-{verification.attempt}"
    with refusals("The scratch folder cannot be used"):
        remove(folder)
        make_private_folders(folder)
    try:
        yield folder
    finally:
        remove(folder)


def demand_space(folder: Path, needed_bytes: int) -> None:
    """Raise EngineError(SCRATCH_FULL) unless so much can be restored there."""
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError as exc:
        raise EngineError(STORAGE_UNAVAILABLE, "The scratch folder is not there.") from exc
    wanted_bytes = int(needed_bytes * (1 + _SPARE_SHARE)) + _SPARE_BYTES
    if free_bytes < wanted_bytes:
        message = f"The scratch folder has {free_bytes} bytes left, and {wanted_bytes} are needed."
        raise EngineError(SCRATCH_FULL, message)


def sweep(now: datetime) -> int:
    """Remove what killed workers left on this host; gives how many folders."""
    base = _base()
    found = [_NAME.fullmatch(entry.name) for entry in base.iterdir()] if base.is_dir() else []
    stale = [match[0] for match in found if match and not _is_alive(match, now)]
    for name in stale:
        remove(base / name)
        log.info("scratch_removed", folder=name)
    return len(stale)


def remove(folder: Path) -> None:
    """Remove a folder with all that was restored into it, whatever its files' modes are."""
    if folder.exists():
        shutil.rmtree(folder, onerror=_insist)
    if folder.exists():
        log.error("scratch_left", folder=folder.name)


def _insist(call: Callable[..., Any], path: str, _info: Any) -> None:
    """A restored folder may forbid even its owner to empty it."""
    for each in (os.path.dirname(path), path):
        if os.path.isdir(each) and not os.path.islink(each):
            os.chmod(each, stat.S_IRWXU)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        call(path)


def _is_alive(match: re.Match[str], now: datetime) -> bool:
    with unscoped(read_only=True):
        row = db.session.get(Verification, int(match[1]))
        is_same = row is not None and row.status == RUNNING and row.attempt == int(match[2])
        return is_same and row is not None and row.lease_until is not None and row.lease_until > now


def _base() -> Path:
    return Path(settings()["SCRATCH_PATH"])
