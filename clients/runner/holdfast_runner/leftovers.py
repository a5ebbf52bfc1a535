"""Runs in progress, written down: a runner that was killed reports them when it is back."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
from pathlib import Path

from holdfast_runner import errors
from holdfast_runner.spool import Spool

log = logging.getLogger("holdfast_runner")


class Leftovers:
    """A file for each run in progress, with the process that does it; it holds no secret."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def note(self, execution_id: int, pid: int | None = None) -> None:
        facts = {"pid": pid, "started": _started(pid) if pid else None}
        path = self._folder / f"{execution_id}.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(facts), encoding="utf-8")
        os.replace(draft, path)

    def forget(self, execution_id: int) -> None:
        (self._folder / f"{execution_id}.json").unlink(missing_ok=True)

    def settle(self, spool: Spool) -> None:
        """End what a killed runner has left behind, and let the server know of its runs."""
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                facts = json.loads(path.read_text(encoding="utf-8"))
                _end(facts["pid"], facts["started"])
            log.warning("execution %s was left by a runner that was killed", path.stem)
            spool.keep(
                int(path.stem),
                {
                    "status": "failed",
                    "error_code": errors.RUNNER_STOPPED,
                    "error_message": "The runner was killed.",
                },
            )
            path.unlink()


def _started(pid: int) -> str | None:
    """When the process began, by the kernel's clock: with its number it names it for good."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]


def _end(pid: int | None, started: str | None) -> None:
    """Kill the group that this process leads, when it is still the same process."""
    if pid and started is not None and _started(pid) == started:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
