"""Keeping how work ended, also when the database is away for a while."""

import threading
import time
from collections.abc import Callable

from app.backups.service.endings import CRASHED, Ending, is_away
from app.core.logging import get_logger

log = get_logger("settling")
STEP_SECONDS = 2.0


def settle_surely(
    keep: Callable[[Ending, bool], None], ending: Ending, stopping: threading.Event
) -> None:
    """Call `keep` with the ending until it is kept; its flag says whether to keep all of it.

    Gives up when this worker stops: the lease runs out then, and the sweeper settles it.
    """
    is_whole = True
    while True:
        try:
            keep(ending, is_whole)
            return
        except Exception as error:
            log.error("settle_failed", exc_info=error)
            was_away = is_away(error)
            if stopping.is_set() or not (was_away or is_whole):
                return
            if was_away:
                time.sleep(STEP_SECONDS)
            else:
                # Something of how it ended cannot be kept; that it is over can be.
                ending, is_whole = CRASHED, False
