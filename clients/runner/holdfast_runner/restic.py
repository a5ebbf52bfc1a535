"""restic on this host, 0.14 or newer: a process for each command, secrets by environment only."""

from __future__ import annotations

import json
import os
import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast_runner import errors, processes, said
from holdfast_runner.errors import RunFailed
from holdfast_runner.pulse import Pulse

LOCK_PATIENCE_SECONDS = 600.0
LOCK_PAUSE_SECONDS = 5.0
_LAST_LINES = 40
_SINGLE_FILE_ERRORS = re.compile(r"There were \d+ errors")
_INHERITED = (
    *("PATH", "HOME", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT", "LOCALAPPDATA", "SSH_AUTH_SOCK"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy"),
)
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class _Said:
    """What one process has told."""

    summary: dict[str, Any] = field(default_factory=dict)
    unreadable: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))


class Restic:
    """One repository, and the run that uses it."""

    def __init__(
        self,
        program: str,
        cache: str,
        location: str,
        password: str,
        environment: Mapping[str, str],
        pulse: Pulse,
    ) -> None:
        self._program = program
        self._cache = cache
        self._location = location
        self._pulse = pulse
        self._secrets = said.secrets_of(password, environment)
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._environment = {
            "PATH": _DEFAULT_PATH,
            "HOME": cache,
            **inherited,
            **environment,
            "RESTIC_PROGRESS_FPS": "1",
            "RESTIC_REPOSITORY": location,
            "RESTIC_PASSWORD": password,
        }

    def ensure(self) -> None:
        """Make the repository; one that is there stays as it is."""
        told, code = self._run("init", is_logged=False)
        if code == 0:
            self._pulse.log("created the repository")
        elif not any("already" in line for line in told.last):
            raise said.cause(code, told.last)

    def back_up(self, source: str, *options: str) -> dict[str, Any]:
        """Make one snapshot; the facts, with `unreadable` files counted. Raises RunFailed."""
        told, code = self._patiently("backup", "--json", *options, "--", source)
        if code not in (0, 3):
            raise said.cause(code, told.last)
        if not told.summary:
            raise RunFailed(errors.ENGINE_FAILED, "restic ended without telling what it did.")
        facts = said.outcome(told.summary)
        unreadable = max(told.unreadable, 1) if code == 3 else 0
        if unreadable and not facts.get("files_total"):
            raise RunFailed(errors.SOURCE_UNREADABLE, f"Nothing in {source} can be read.")
        return {**facts, "unreadable": unreadable}

    def forget(self, days: int) -> None:
        """Drop what is more than so many days older than the newest snapshot. Raises RunFailed."""
        told, code = self._patiently(
            "forget", f"--keep-within={days}d", "--group-by=", "--prune", "--compact"
        )
        if code != 0:
            raise said.cause(code, told.last)

    def restore(self, snapshot: str, target: str, *options: str) -> bool:
        """Write a snapshot's files below the target; False when some did not come back."""
        told, code = self._patiently("restore", f"--target={target}", *options, "--", snapshot)
        if any(_SINGLE_FILE_ERRORS.search(line) for line in told.last):
            return False
        if code != 0:
            raise said.cause(code, told.last)
        return True

    def _patiently(self, *arguments: str) -> tuple[_Said, int]:
        """Wait for another's lock; one of a process that is dead is taken away."""
        give_up = time.monotonic() + LOCK_PATIENCE_SECONDS
        while True:
            told, code = self._run(*arguments)
            locked = code != 0 and said.cause(code, told.last).code == errors.REPOSITORY_LOCKED
            if not locked or time.monotonic() > give_up:
                return told, code
            # restic takes locks away whose process, on this host, is no more.
            self._run("unlock", is_logged=False)
            self._pulse.pause(LOCK_PAUSE_SECONDS)

    def _run(self, *arguments: str, is_logged: bool = True) -> tuple[_Said, int]:
        told = _Said()

        def take(_stream: str, line: str) -> None:
            self._take(told, line, is_logged)

        code = processes.run(
            [self._program, f"--cache-dir={self._cache}", *arguments],
            self._environment,
            take,
            self._pulse.stop_reason,
            self._pulse.note_process,
        )
        return told, code

    def _take(self, told: _Said, line: str, is_logged: bool) -> None:
        message = _message(line)
        kind = message.get("message_type")
        if kind == "status":
            self._pulse.note_progress(said.progress(message))
            return
        if kind == "summary":
            told.summary = message
            return
        if kind == "error":
            told.unreadable += 1
            reason = message.get("error")
            reason = reason.get("message") if isinstance(reason, dict) else reason
            line = f"{message.get('item') or ''}: {reason or message}"
        elif kind == "exit_error":
            line = f"Fatal: {message.get('message')}"
        cleaned = said.clean(line, self._secrets)
        if cleaned:
            told.last.append(cleaned)
            if is_logged:
                self._pulse.log(cleaned)


def _message(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
