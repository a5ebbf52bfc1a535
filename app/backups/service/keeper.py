"""Keeping work on a repository: its lease, progress, log, and word of a cancel."""

import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy.exc import SQLAlchemyError

from app.backups.rules.log_buffer import LogBuffer
from app.backups.rules.readable import readable
from app.backups.service.ledgers import Ledger
from app.backups.values import LOG_HEAD_BYTES, LOG_TAIL_BYTES
from app.core import clock
from app.core.logging import get_logger
from app.core.settings import settings
from app.core.tenancy import as_tenant
from app.core.threads import start_thread
from app.engines.base import Progress

log = get_logger("keeper")

BEAT_SECONDS = 1.0
Reason = Literal["cancelled", "stopping", "lost", "timed_out"]


class Keeper:
    """The engine's Watch over one claimed row, with a thread that keeps its lease.

    Every second it looks for a cancel; progress and log are written when they changed, the
    lease at least four times in its length. When the lease cannot be renewed in time, the run
    is lost to the sweeper and must stop: another may begin. So must one that runs longer than
    `longest_seconds`.
    """

    def __init__(
        self, ledger: Ledger, stopping: threading.Event, longest_seconds: float | None = None
    ) -> None:
        self.ledger = ledger
        self.tenant_id = ledger.tenant_id
        self.lines = LogBuffer(LOG_HEAD_BYTES, LOG_TAIL_BYTES)
        self.reason: Reason | None = None
        self._stopping = stopping
        self._lease_seconds = float(settings()["LEASE_SECONDS"])
        self._beat_seconds = min(BEAT_SECONDS, self._lease_seconds / 4)
        self._lease_until = time.monotonic() + self._lease_seconds
        self._renewed = time.monotonic()
        self._deadline = None if longest_seconds is None else self._renewed + longest_seconds
        self._progress: dict[str, Any] = {}
        self._has_news = False
        self._is_logged = True
        self._done = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._recall()
        self._thread = start_thread(self._keep, f"keeper-{self.ledger.name}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def started(self, pid: int, created_at: float) -> None:
        # Without the database nobody could end an orphan; the kernel does, when its parent dies.
        with suppress(SQLAlchemyError), as_tenant(self.tenant_id):
            self.ledger.note_engine(pid, created_at)

    def progress(self, progress: Progress) -> None:
        with self._guard:
            self._progress = {
                "progress_fraction": progress.fraction,
                "bytes_done": progress.bytes_done,
                "bytes_total": progress.bytes_total,
                "files_done": progress.files_done,
                "files_total": progress.files_total,
            }
            self._has_news = True

    def log(self, line: str) -> None:
        with self._guard:
            self.lines.append(f"{clock.to_wire(clock.utcnow())} {readable(line)}")
            self._is_logged = False

    def should_stop(self) -> bool:
        if self.reason is None:
            self._judge()
        return self.reason is not None

    def _judge(self) -> None:
        now = time.monotonic()
        if self._stopping.is_set():
            self.reason = "stopping"
        elif now > self._lease_until:
            self.reason = "lost"
        elif self._deadline is not None and now > self._deadline:
            self.reason = "timed_out"

    def _keep(self) -> None:
        while not self._done.wait(self._beat_seconds):
            # The database may be away for a while; the lease says for how long that is bearable.
            with suppress(SQLAlchemyError):
                self._beat()

    def _beat(self) -> None:
        with as_tenant(self.tenant_id):
            if self._is_due():
                self._renew()
            if not self._is_logged:
                self.write_log()
            if self.reason is None and self.ledger.is_cancelled():
                self.reason = "cancelled"

    def _is_due(self) -> bool:
        return self._has_news or time.monotonic() - self._renewed > self._lease_seconds / 4

    def _renew(self) -> None:
        began = time.monotonic()
        with self._guard:
            facts, self._has_news = dict(self._progress), False
        if not self.ledger.renew(self._lease_seconds, facts):
            self.reason = "lost"
            return
        self._renewed = began
        self._lease_until = began + self._lease_seconds

    def _recall(self) -> None:
        """Go on with the log of the attempt before, where the run was given back."""
        with suppress(SQLAlchemyError), as_tenant(self.tenant_id, read_only=True):
            for line in self.ledger.read_log().splitlines():
                self.lines.append(line)

    def write_log(self) -> None:
        """Keep the log as it stands, in the current transaction."""
        with self._guard:
            kept = (self.lines.head, self.lines.tail, self.lines.dropped_bytes)
            self._is_logged = True
        self.ledger.write_log(*kept)
