"""Asking the database in mid-run: it may be away for as long as the lease bears."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app.backups.service.endings import is_away
from app.backups.service.keeper import Keeper
from app.core.logging import get_logger
from app.engines.base import Stopped

log = get_logger("patience")
STEP_SECONDS = 1.0
T = TypeVar("T")


def while_kept(keeper: Keeper, ask: Callable[[], T]) -> T:
    """Give what `ask` gives, which is called again while the database is away.

    Raises Stopped once the run is to stop, or was not kept for so long that it is lost.
    """
    while True:
        try:
            return ask()
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            log.warning("database_away", exc_info=error)
        if keeper.should_stop():
            raise Stopped
        time.sleep(STEP_SECONDS)
