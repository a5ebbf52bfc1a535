"""Reads what restic prints: progress, outcomes, snapshots, and why it failed."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.engines.base import (
    ENGINE_FAILED,
    REPOSITORY_DAMAGED,
    REPOSITORY_LOCKED,
    REPOSITORY_NOT_FOUND,
    SNAPSHOT_NOT_FOUND,
    SOURCE_NOT_FOUND,
    STORAGE_FULL,
    STORAGE_HOST_KEY_CHANGED,
    STORAGE_REFUSED,
    STORAGE_UNAVAILABLE,
    WRONG_PASSWORD,
    BackupOutcome,
    EngineError,
    Progress,
    RestoreOutcome,
    Snapshot,
)

# https://restic.readthedocs.io/en/stable/075_scripting.html#exit-codes; 0.14 knows only 1 and 3.
_EXIT_CODES = {10: REPOSITORY_NOT_FOUND, 11: REPOSITORY_LOCKED, 12: WRONG_PASSWORD}

# The first that fits counts: an unreachable repository is also reported as one that is missing.
_CAUSES = (
    (
        STORAGE_FULL,
        (
            r"no space left on device|disk quota exceeded|insufficient storage"
            # A limit of the file system, or of the service that this worker runs in.
            r"|file too large"
        ),
    ),
    (WRONG_PASSWORD, r"wrong password or no key found|empty password is not"),
    (REPOSITORY_LOCKED, r"repository is already locked|unable to create lock in backend: .*locked"),
    (SOURCE_NOT_FOUND, r"all (target directories/files|source directories/files) do not exist"),
    (SNAPSHOT_NOT_FOUND, r"no matching ID found|no snapshot found|not a snapshot ID"),
    (
        STORAGE_HOST_KEY_CHANGED,
        r"host key verification failed|remote host identification has changed",
    ),
    (
        STORAGE_REFUSED,
        (
            r"permission denied \(|too many authentication failures|access denied|accessdenied"
            r"|forbidden|unauthorized|invalidaccesskeyid|signaturedoesnotmatch|invalid_grant"
            r"|access key id you provided does not exist|authenticationfailed"
        ),
    ),
    (
        STORAGE_UNAVAILABLE,
        (
            r"permission denied|connection (refused|reset)|no such host|network is unreachable"
            r"|no route to host|i/o timeout|deadline exceeded"
            r"|x509|tls: |server misbehaving|read-only file system|input/output error"
            r"|not a directory|stale (nfs )?file handle"
        ),
    ),
    (
        REPOSITORY_DAMAGED,
        (
            r"ciphertext verification failed|not found in repository|unmarshal: "
            r"|invalid data returned|returned invalid hash|repository contains errors"
        ),
    ),
    (REPOSITORY_NOT_FOUND, r"unable to open config file|is there a repository at|does not exist"),
    (STORAGE_UNAVAILABLE, r"create repository at .* failed|unable to open repository"),
)
_TOLD_BY_SSH = (STORAGE_HOST_KEY_CHANGED, STORAGE_REFUSED)
# Why one file did not come back, where more is wrong than that one file.
_LOSSES = (
    (STORAGE_FULL, r"no space left on device$|disk quota exceeded$|file too large$"),
    (
        REPOSITORY_DAMAGED,
        (
            r"ciphertext verification failed|not found in repository|: unexpected EOF$"
            r"|/data/[0-9a-f]{2}/[0-9a-f]{64}: no such file or directory$"
        ),
    ),
)
# 0.14 ends with Go's call stack when it cannot write its lock.
_STACK_FRAME = re.compile(r"\t\S+\.(go|s):\d+|(\S+/\S+|main|runtime)\.[\w.()*]+")
_MESSAGE_CHARACTERS = 500
_SECRET_CHARACTERS = 4
_SECRET_NAME = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|CREDENTIAL", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")
_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0a-\x1f\x7f]")


def clean(line: str, secrets: Iterable[str]) -> str:
    """Take secrets and terminal control characters out of a line."""
    for secret in secrets:
        line = line.replace(secret, "***")
    return _CONTROL.sub("", _URL_PASSWORD.sub(r"\1:***@", line)).rstrip()


def secrets_of(
    password: str, environment: Mapping[str, str], more: Iterable[str] = ()
) -> tuple[str, ...]:
    """Name what must never be shown, the longest first."""
    values = {value for name, value in environment.items() if _SECRET_NAME.search(name)}
    values.update(more)
    secrets = {value for value in (password, *values) if len(value) >= _SECRET_CHARACTERS}
    return tuple(sorted(secrets, key=len, reverse=True))


def is_stack_frame(line: str) -> bool:
    """Tell a line of Go's call stack, which says nothing to a person and hides what does."""
    return _STACK_FRAME.fullmatch(line) is not None


def parse_message(line: str) -> dict[str, Any] | None:
    """Read one of restic's JSON messages; None when the line is not one."""
    if not line.startswith("{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and "message_type" in message else None


def read_progress(message: Mapping[str, Any]) -> Progress:
    """Read a `status` message of a backup or of a restore."""
    return Progress(
        fraction=min(1.0, max(0.0, float(message.get("percent_done", 0)))),
        bytes_done=message.get("bytes_done", message.get("bytes_restored", 0)),
        bytes_total=message.get("total_bytes"),
        files_done=message.get("files_done", message.get("files_restored", 0)),
        files_total=message.get("total_files"),
    )


def describe_error(message: Mapping[str, Any]) -> str:
    """Turn an `error` message into a line that a person can read."""
    error = message.get("error") or {}
    reason = error.get("message") if isinstance(error, Mapping) else str(error)
    if reason is None:
        # 0.14 writes Go's error as it lies in memory: an operation and an errno.
        number = error.get("Err")
        reason = os.strerror(number) if isinstance(number, int) else "cannot be read"
        reason = f"{error['Op']}: {reason}" if "Op" in error else reason
    return f"error: {message.get('item', '')}: {reason}"


def read_backup(summary: Mapping[str, Any], exit_code: int, errors: int) -> BackupOutcome:
    """Read a backup's `summary` message."""
    return BackupOutcome(
        snapshot_id=summary.get("snapshot_id") or None,
        files_total=summary.get("total_files_processed", 0),
        files_changed=summary.get("files_new", 0) + summary.get("files_changed", 0),
        bytes_total=summary.get("total_bytes_processed", 0),
        bytes_added=summary.get("data_added", 0),
        duration_seconds=float(summary.get("total_duration", 0)),
        unreadable=exit_code == 3,
        unreadable_count=errors,
    )


def read_restore(summary: Mapping[str, Any], had_errors: bool) -> RestoreOutcome:
    """Read a restore's `summary` message, which restic before 0.16 does not write."""
    return RestoreOutcome(summary.get("files_restored"), summary.get("bytes_restored"), had_errors)


def read_snapshots(text: str) -> list[Snapshot]:
    """Read the array that `snapshots --json` prints; newest first."""
    rows = json.loads(text) or []
    return sorted((_read_snapshot(row) for row in rows), key=lambda s: s.time, reverse=True)


def _read_snapshot(row: Mapping[str, Any]) -> Snapshot:
    summary = row.get("summary") or {}
    return Snapshot(
        id=row["id"],
        short_id=row.get("short_id", row["id"][:8]),
        time=_read_time(row["time"]),
        paths=tuple(row.get("paths") or ()),
        tags=tuple(row.get("tags") or ()),
        hostname=row.get("hostname", ""),
        size_bytes=summary.get("total_bytes_processed"),
        files_total=summary.get("total_files_processed"),
    )


def _read_time(text: str) -> datetime:
    """Read RFC 3339 with Go's nanoseconds, of which Python 3.11 keeps microseconds."""
    return datetime.fromisoformat(text).astimezone(UTC)


def find_cause(exit_code: int, lines: Iterable[str]) -> EngineError:
    """Say why restic failed, from its exit code and its last lines without secrets."""
    lines = [line for line in lines if line]
    text = "\n".join(lines)
    fatal = [line for line in lines if line.startswith("Fatal: ")] or lines[:1]
    message = fatal[-1].removeprefix("Fatal: ")[:_MESSAGE_CHARACTERS] if fatal else ""
    if exit_code < 0:
        message = f"restic was ended by signal {-exit_code}."
    code = _EXIT_CODES.get(exit_code) or _match_cause(text)
    if code in _TOLD_BY_SSH:
        # restic itself only says that ssh has ended.
        told = (line.removeprefix("Fatal: ") for line in lines if _match_cause(line) == code)
        message = next(told, message)[:_MESSAGE_CHARACTERS]
    return EngineError(code, message or f"restic ended with exit code {exit_code}.")


def find_loss(line: str) -> EngineError | None:
    """Say what a file's failed restore tells of the repository or of the target as a whole."""
    for code, pattern in _LOSSES:
        if re.search(pattern, line):
            return EngineError(code, line[:_MESSAGE_CHARACTERS])
    return None


def _match_cause(text: str) -> str:
    for code, pattern in _CAUSES:
        if re.search(pattern, text, re.IGNORECASE):
            return code
    return ENGINE_FAILED
