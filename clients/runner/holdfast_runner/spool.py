"""Completions on disk until the server has taken them: none is lost while it is away."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

from holdfast_runner.api import Api, Away, Refused

_RETRY_SECONDS = 30.0
log = logging.getLogger("holdfast_runner")


class Spool:
    """A folder with a file for each completion that is not delivered yet."""

    def __init__(self, folder: Path, api: Api) -> None:
        self._folder = folder
        self._rejected = folder / "rejected"
        self._api = api
        self._next_try = 0.0
        for each in (folder, self._rejected):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, execution_id: int, completion: dict[str, Any]) -> None:
        """Write it down before anything is sent; a power cut leaves all of it or nothing."""
        path = self._folder / f"{execution_id}.json"
        draft = path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(completion, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        self._next_try = 0.0

    def flush(self) -> bool:
        """Send what is kept, the oldest first; False when something is left.

        Of the server's refusals only those about the key are worth another try.
        """
        if time.monotonic() < self._next_try:
            return self.is_empty
        for path in self._kept():
            try:
                self._send(path)
            except Away as away:
                log.warning("completions wait, the server is away: %s", away)
                self._next_try = time.monotonic() + min(_RETRY_SECONDS, away.retry_after or 5.0)
                return False
        return self.is_empty

    @property
    def is_empty(self) -> bool:
        return not self._kept()

    def _kept(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)

    def _send(self, path: Path) -> None:
        completion = json.loads(path.read_text(encoding="utf-8"))
        try:
            self._api.post(f"/executions/{path.stem}/complete", completion)
        except Refused as refusal:
            if refusal.is_about_key:
                raise Away(str(refusal)) from refusal
            self._drop(path, refusal)
        else:
            log.info("execution %s: %s, told", path.stem, completion["status"])
            path.unlink()

    def _drop(self, path: Path, refusal: Refused) -> None:
        log.error("execution %s: the server takes no completion: %s", path.stem, refusal)
        if refusal.status == 409:
            # It was over already; the server has kept the report in the run's log.
            path.unlink()
        else:
            os.replace(path, self._rejected / path.name)
