"""What this host lets a server ask of it: a server in the wrong hands must not own the host."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from holdfast_runner.errors import NOT_ALLOWED, RunFailed
from holdfast_runner.settings import Settings

# What restic's backends read. RESTIC_PASSWORD_COMMAND, LD_PRELOAD and the like run programs.
ENVIRONMENT = frozenset(
    {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_DEFAULT_REGION", "AWS_REGION"),
        *("AZURE_ACCOUNT_NAME", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_SAS"),
        *("B2_ACCOUNT_ID", "B2_ACCOUNT_KEY"),
        *("GOOGLE_PROJECT_ID", "GOOGLE_ACCESS_TOKEN"),
        *("RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD"),
    }
)
# Not `rclone:`, which runs a program with settings of its own.
_REMOTE = re.compile(r"(s3|azure|gs|b2|swift):[^\s]+|rest:https?://[^\s]+", re.ASCII)
_SFTP = re.compile(r"sftp:(//)?([\w.~%+-]+@)?(?!-)(\[[0-9a-fA-F:]+\]|[\w.-]+)[:/][^\x00-\x1f]*")
_SNAPSHOT = re.compile(r"latest|[0-9a-f]{4,64}", re.ASCII)


def source(path: str, settings: Settings) -> str:
    """The folder or file to back up; raises RunFailed when it lies outside the source roots."""
    found = _absolute(path, "source")
    _demand(found, settings.source_roots, "source_roots", path)
    if _is_inside(found, os.path.realpath(settings.state_folder)):
        raise RunFailed(NOT_ALLOWED, f"{path} is the runner's own folder.")
    return found


def target(wanted: Mapping[str, Any], settings: Settings) -> str:
    """The folder to restore into, which must be new or empty: restic writes through links that
    an earlier restore may have left there, wherever they lead."""
    path = str(wanted["target"])
    if wanted.get("overwrite"):
        raise RunFailed(NOT_ALLOWED, "This host lets no restore write over anything.")
    found = _absolute(path, "target")
    _demand(found, settings.restore_roots, "restore_roots", path)
    state = os.path.realpath(settings.state_folder)
    if _is_inside(found, state) or _is_inside(state, found):
        raise RunFailed(NOT_ALLOWED, f"{path} holds the runner's own folder.")
    try:
        if os.listdir(found):
            raise RunFailed(NOT_ALLOWED, f"{path} is not empty: restore into a new folder.")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise RunFailed(NOT_ALLOWED, f"{path}: {error.strerror}.") from error
    return found


def snapshot(name: str) -> str:
    """A name that restic reads as a snapshot's and as nothing else."""
    if not _SNAPSHOT.fullmatch(name):
        raise RunFailed(NOT_ALLOWED, f"{name[:80]!r} is not a snapshot.")
    return name


def location(text: str, settings: Settings) -> str:
    """Where restic may find or make a repository: remote, or below the repository roots."""
    if os.path.isabs(text):
        found = os.path.realpath(text)
        _demand(found, settings.repository_roots, "repository_roots", text)
        return found
    if _REMOTE.fullmatch(text) or _SFTP.fullmatch(text):
        return text
    raise RunFailed(NOT_ALLOWED, "This host uses no repository of this kind.")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The storage's credentials; raises RunFailed for a variable that could do more."""
    strange = sorted(set(given) - ENVIRONMENT)
    if strange:
        raise RunFailed(NOT_ALLOWED, f"This host sets no {', '.join(strange)} for restic.")
    return dict(given)


def _absolute(path: str, what: str) -> str:
    if not os.path.isabs(path) or "\x00" in path:
        raise RunFailed(NOT_ALLOWED, f"The {what} must be an absolute path of this host.")
    return os.path.realpath(path)


def _demand(found: str, roots: Iterable[str], name: str, told: str) -> None:
    if not any(_is_inside(found, os.path.realpath(root)) for root in roots):
        raise RunFailed(NOT_ALLOWED, f"{told} lies outside the {name} of this host.")


def _is_inside(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath((path, folder)) == folder
    except ValueError:
        # Two drives of Windows have nothing in common.
        return False
