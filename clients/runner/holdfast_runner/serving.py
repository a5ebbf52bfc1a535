"""The loop of a runner: claim, do, tell, until it is asked to end."""

from __future__ import annotations

import logging
import platform
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from holdfast_runner import __version__, doing
from holdfast_runner.api import Api, Away, Refused
from holdfast_runner.leftovers import Leftovers
from holdfast_runner.pulse import LOST, Pulse
from holdfast_runner.settings import Settings
from holdfast_runner.spool import Spool

LONGEST_PAUSE = 30.0
LAST_WORDS_SECONDS = 10.0
# A run that nobody was heard of for three minutes is lost, and its claim with it.
CLAIM_KEY_SECONDS = 150.0
log = logging.getLogger("holdfast_runner")


class Runner:
    """Does up to `max_runs` runs at once; `end` may be called by a signal's handler."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._api = Api(settings)
        folder = settings.state_folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._spool = Spool(folder / "spool", self._api)
        self._leftovers = Leftovers(folder / "runs")
        self._is_ending = False
        self._telling = threading.Lock()
        self._pause = 1.0
        self._claim_key, self._claim_began = "", 0.0

    def end(self) -> None:
        # No lock and no event: this interrupts whatever the main thread is doing.
        self._is_ending = True

    def serve(self) -> None:
        """Returns once it was asked to end and its runs have ended."""
        self._leftovers.settle(self._spool)
        log.info("runner_started version=%s", __version__)
        teller = threading.Thread(target=self._tell_again, daemon=True)
        teller.start()
        with ThreadPoolExecutor(self._settings.max_runs + 1) as pool:
            claim: Future[Any] | None = None
            runs: set[Future[None]] = set()
            while not self._is_ending:
                runs = {run for run in runs if not _is_over(run)}
                if claim is None and len(runs) < self._settings.max_runs:
                    claim = pool.submit(self._claim)
                if claim is not None and claim.done():
                    work, claim = claim.result(), None
                    if work is not None:
                        runs.add(pool.submit(self._do, work))
                time.sleep(0.1)
            log.info("runner_ending runs=%d", len(runs))
            if claim is not None and (work := claim.result()) is not None:
                # The server gave it to us while we were leaving: it hears so at once.
                self._do(work)
        self._last_words()

    def _claim(self) -> Any:
        """A run to do, or None; after a failure not before a pause, longer each time.

        A claim whose answer was lost is asked for again by its key, so that no run is.
        """
        seconds = self._settings.claim_wait_seconds
        body = {
            "wait_seconds": seconds,
            "version": __version__,
            "platform": platform.platform()[:200],
        }
        began = time.monotonic()
        if not self._claim_key or began - self._claim_began > CLAIM_KEY_SECONDS:
            self._claim_key, self._claim_began = str(uuid.uuid4()), began
        key = self._claim_key
        try:
            work, retry_after = self._api.exchange("/runners/claim", body, seconds + 30, key)
        except (Away, Refused) as error:
            log.warning("no claim: %s", error)
            self._wait(max(self._pause, getattr(error, "retry_after", 0.0)))
            self._pause = min(LONGEST_PAUSE, self._pause * 2)
            return None
        self._pause, self._claim_key = 1.0, ""
        if work is None:
            # A server that has no room for one who waits answers at once, and says when to ask.
            self._wait(max(retry_after, 1.0 - (time.monotonic() - began)))
        return work

    def _do(self, work: dict[str, Any]) -> None:
        execution_id = int(work["execution_id"])
        self._leftovers.note(execution_id)
        log.info("execution %s: %s of %s", execution_id, work["kind"], work["job"]["name"])

        def note_process(pid: int) -> None:
            self._leftovers.note(execution_id, pid)

        pace = self._settings.heartbeat_seconds
        with Pulse(self._api, work, lambda: self._is_ending, note_process, pace) as pulse:
            completion = doing.do(work, self._settings, pulse)
        if pulse.stop_reason() == LOST:
            # It is over, or somebody else's: the server wants to hear no more of it.
            self._leftovers.forget(execution_id)
            return
        try:
            self._spool.keep(execution_id, completion)
        except OSError as error:
            log.error("execution %s: nothing can be written: %s", execution_id, error)
            self._api.post(f"/executions/{execution_id}/complete", completion)
        self._leftovers.forget(execution_id)
        self._tell()

    def _tell(self) -> bool:
        with self._telling:
            return self._spool.flush()

    def _tell_again(self) -> None:
        while True:
            try:
                self._tell()
            except OSError as error:
                log.error("the spool cannot be read: %s", error)
            time.sleep(1.0)

    def _last_words(self) -> None:
        """Give the server a moment to hear; what it does not take now waits for the next start."""
        give_up = time.monotonic() + LAST_WORDS_SECONDS
        while not self._tell() and time.monotonic() < give_up:
            time.sleep(0.5)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_ending and time.monotonic() < until:
            time.sleep(0.1)


def _is_over(run: Future[None]) -> bool:
    if not run.done():
        return False
    error = run.exception()
    if error is not None:
        log.error("a run was lost", exc_info=error)
    return True
