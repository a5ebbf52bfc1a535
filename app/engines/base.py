"""What every backup engine takes, gives and raises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from app.engines.private_files import PrivateFile

Mode = Literal["full", "incremental", "differential"]

ENGINE_MISSING = "ENGINE_MISSING"
ENGINE_FAILED = "ENGINE_FAILED"
SOURCE_NOT_FOUND = "SOURCE_NOT_FOUND"
SOURCE_UNREADABLE = "SOURCE_UNREADABLE"
SOURCE_VANISHED = "SOURCE_VANISHED"
REPOSITORY_NOT_FOUND = "REPOSITORY_NOT_FOUND"
REPOSITORY_LOCKED = "REPOSITORY_LOCKED"
REPOSITORY_DAMAGED = "REPOSITORY_DAMAGED"
WRONG_PASSWORD = "WRONG_PASSWORD"  # noqa: S105  # nosec B105 # an error's code
STORAGE_FULL = "STORAGE_FULL"
STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
STORAGE_REFUSED = "STORAGE_REFUSED"
STORAGE_UNSUPPORTED = "STORAGE_UNSUPPORTED"
STORAGE_HOST_KEY_CHANGED = "STORAGE_HOST_KEY_CHANGED"
STORAGE_HOST_KEY_UNKNOWN = "STORAGE_HOST_KEY_UNKNOWN"
SNAPSHOT_NOT_FOUND = "SNAPSHOT_NOT_FOUND"


class EngineError(Exception):
    """A run that could not be done; `code` is stable, `message` holds no secret."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Stopped(Exception):
    """The engine's process was ended because the watch asked for it."""


@dataclass(frozen=True)
class Repository:
    """Where backups lie; `environment` holds the storage's own credentials.

    The location holds no secret; where the engine takes one as a part of it, the whole is in the
    environment. `options` are the engine's `-o`. `secrets` are values that must never be shown,
    besides those whose name in the environment says so. `files` live as long as this.
    """

    location: str
    password: str = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    files: tuple[PrivateFile, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class BackupRequest:
    """One backup; `differential` compares with `parent_snapshot`, without one it reads all."""

    source_path: str
    mode: Mode = "incremental"
    parent_snapshot: str | None = None
    excludes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RestoreRequest:
    """One restore; `include` are paths in which `*` and `?` are wildcards, none means all."""

    snapshot: str
    target: str
    include: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a run is; totals are None, and the fraction low, while the source is counted."""

    fraction: float
    bytes_done: int
    bytes_total: int | None
    files_done: int
    files_total: int | None


@dataclass(frozen=True)
class BackupOutcome:
    """A snapshot that was made; `unreadable` says that some files are not in it.

    `files_changed` counts new and changed files, `bytes_total` is the size of the source that
    was processed, `bytes_added` what the repository grew by before compression.
    """

    snapshot_id: str | None
    files_total: int
    files_changed: int
    bytes_total: int
    bytes_added: int
    duration_seconds: float
    unreadable: bool
    unreadable_count: int


@dataclass(frozen=True)
class RestoreOutcome:
    """A finished restore; counts are None when the engine does not tell them."""

    files_restored: int | None
    bytes_restored: int | None
    had_errors: bool


@dataclass(frozen=True)
class Snapshot:
    """One restore point; `time` is in UTC, size and files are None when not recorded."""

    id: str
    short_id: str
    time: datetime
    paths: tuple[str, ...]
    tags: tuple[str, ...]
    hostname: str
    size_bytes: int | None
    files_total: int | None


@dataclass(frozen=True)
class Node:
    """One entry of a snapshot; bytes of its name that are no UTF-8 come as U+FFFD."""

    path: str
    kind: str
    size_bytes: int


@dataclass(frozen=True)
class Damage:
    """What a tool found wrong: with a file, or with `pack` or another part of the repository."""

    path: str
    reason: str
    pack: str | None = None


@dataclass(frozen=True)
class CheckOutcome:
    """A finished check: how many things of a kind it looked at, and what was wrong with how many.

    `damages` are the first thousand.
    """

    counted: Literal["snapshots", "packs"]
    checked: int
    damages: tuple[Damage, ...]
    damages_total: int


class Watch(Protocol):
    """Follows a run; an exception raised here ends the child process and travels on."""

    def started(self, pid: int, created_at: float) -> None:
        """Learn of a child process, at once after it starts; a call may start several."""

    def progress(self, progress: Progress) -> None:
        """Learn how far the run is, about twice a second at most."""

    def log(self, line: str) -> None:
        """Take one readable line, free of secrets and control characters."""

    def should_stop(self) -> bool:
        """Say whether the run must end; asked at least twice a second."""


class Engine(Protocol):
    """A backup tool; every call may raise EngineError, every watched one Stopped."""

    def ensure_repository(self, repo: Repository, watch: Watch) -> bool:
        """Create the repository unless it exists; True when it was created."""

    def backup(self, repo: Repository, request: BackupRequest, watch: Watch) -> BackupOutcome:
        """Make one snapshot of the source."""

    def restore(self, repo: Repository, request: RestoreRequest, watch: Watch) -> RestoreOutcome:
        """Write a snapshot's files below the target, under their full paths."""

    def snapshots(self, repo: Repository, timeout_seconds: float = 60) -> list[Snapshot]:
        """List what the repository holds, newest first."""

    def forget(self, repo: Repository, keep_within_days: int, watch: Watch) -> None:
        """Drop snapshots older than so many days before the newest one, and their data."""

    def unlock(self, repo: Repository, watch: Watch, remove_all: bool) -> None:
        """Remove stale locks, or all of them."""

    def version(self) -> str | None:
        """Tell the tool's version, None when it is not installed."""
