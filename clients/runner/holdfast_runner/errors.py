"""What keeps a run from being done; the codes are those of the server's own runs."""

from __future__ import annotations

ENGINE_FAILED = "ENGINE_FAILED"
ENGINE_MISSING = "ENGINE_MISSING"
NOT_ALLOWED = "NOT_ALLOWED"
REPOSITORY_DAMAGED = "REPOSITORY_DAMAGED"
REPOSITORY_LOCKED = "REPOSITORY_LOCKED"
REPOSITORY_NOT_FOUND = "REPOSITORY_NOT_FOUND"
RUNNER_STOPPED = "RUNNER_STOPPED"
SNAPSHOT_NOT_FOUND = "SNAPSHOT_NOT_FOUND"
SOURCE_NOT_FOUND = "SOURCE_NOT_FOUND"
SOURCE_UNREADABLE = "SOURCE_UNREADABLE"
STORAGE_FULL = "STORAGE_FULL"
STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
TIMED_OUT = "TIMED_OUT"
TOOL_FAILED = "TOOL_FAILED"
WRONG_PASSWORD = "WRONG_PASSWORD"  # noqa: S105  # nosec B105 # an error's code


class RunFailed(Exception):
    """The run is over; `code` is stable, `message` is for people and holds no secret."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Stopped(Exception):
    """The run was ended because somebody wanted it to; `reason` says who."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
