"""What restic says, made into facts, causes, and lines that show no secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from holdfast_runner import errors
from holdfast_runner.errors import RunFailed

MESSAGE_CHARACTERS = 500
LINE_CHARACTERS = 2000
# https://restic.readthedocs.io/en/stable/075_scripting.html#exit-codes; 0.14 knows only 1 and 3.
_EXIT_CODES = {
    10: errors.REPOSITORY_NOT_FOUND,
    11: errors.REPOSITORY_LOCKED,
    12: errors.WRONG_PASSWORD,
}
# The first that fits counts: an unreachable repository is also reported as one that is missing.
_CAUSES = (
    (errors.STORAGE_FULL, r"no space left on device|disk quota exceeded|insufficient storage"),
    (errors.WRONG_PASSWORD, r"wrong password or no key found|empty password is not"),
    (errors.REPOSITORY_LOCKED, r"already locked|unable to create lock in backend: .*locked"),
    (
        errors.SOURCE_NOT_FOUND,
        r"all (target directories/files|source directories/files) do not exist",
    ),
    (errors.SNAPSHOT_NOT_FOUND, r"no matching ID found|no snapshot found|not a snapshot ID"),
    (
        errors.STORAGE_UNAVAILABLE,
        r"permission denied|connection (refused|reset)|no such host|network is unreachable"
        r"|no route to host|i/o timeout|deadline exceeded|access ?denied|forbidden|unauthorized"
        r"|invalidaccesskeyid|signaturedoesnotmatch|host key verification failed|x509|tls: "
        r"|read-only file system|input/output error|not a directory|stale (nfs )?file handle",
    ),
    (errors.REPOSITORY_DAMAGED, r"ciphertext verification failed|not found in repository"),
    (
        errors.REPOSITORY_NOT_FOUND,
        r"unable to open config file|is there a repository at|does not exist",
    ),
)
_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")


def secrets_of(password: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What must never be shown, the longest first."""
    values = {value for value in (password, *environment.values()) if len(value) >= 6}
    return tuple(sorted(values, key=len, reverse=True))


def clean(line: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, "***")
    return _CONTROL.sub("", _URL_PASSWORD.sub(r"\1:***@", line)).rstrip()[:LINE_CHARACTERS]


def cause(exit_code: int, lines: Iterable[str]) -> RunFailed:
    """Why restic ended so; its last words are the message."""
    said = [line for line in lines if line]
    text = "\n".join(said)
    code = _EXIT_CODES.get(exit_code)
    for known, pattern in _CAUSES:
        if code is None and re.search(pattern, text, re.IGNORECASE):
            code = known
    message = next((line for line in said if line.startswith("Fatal:")), said[-1] if said else "")
    message = message or f"restic ended with {exit_code}."
    return RunFailed(code or errors.ENGINE_FAILED, message[:MESSAGE_CHARACTERS])


def progress(status: Mapping[str, Any]) -> dict[str, Any]:
    """A status line of restic as the server's heartbeat takes it."""
    facts = {
        "progress": min(1.0, max(0.0, float(status.get("percent_done") or 0))),
        "bytes_done": status.get("bytes_done"),
        "bytes_total": status.get("total_bytes"),
        "files_done": status.get("files_done"),
        "files_total": status.get("total_files"),
    }
    return {name: value for name, value in facts.items() if value is not None}


def outcome(summary: Mapping[str, Any]) -> dict[str, Any]:
    """restic's summary of a backup as the server's completion takes it."""
    facts = {
        "snapshot_id": summary.get("snapshot_id"),
        "backup_size_bytes": summary.get("total_bytes_processed"),
        "bytes_added": summary.get("data_added"),
        "files_total": summary.get("total_files_processed"),
        "files_changed": (summary.get("files_new") or 0) + (summary.get("files_changed") or 0),
    }
    return {name: value for name, value in facts.items() if value is not None}
