"""The scheduler: our own loop over what the domains registered, any number of them at once."""

from app.admin.signals import StopSignal
from app.core.background import Rounds
from app.core.ids import new_trace_id
from app.core.logging import bind, clear, get_logger
from app.core.settings import settings

log = get_logger("scheduler")


def schedule() -> None:
    """Do what is due, every SWEEP_SECONDS or at its own pace, until TERM, INT or HUP."""
    stop = StopSignal()
    log.info("scheduler_started")
    rounds = Rounds(settings()["SWEEP_SECONDS"])
    is_over = False
    while not is_over:
        clear()
        bind(trace_id=new_trace_id())
        rounds.run()
        is_over = stop.wait(rounds.seconds_left())
    log.info("scheduler_stopped")


def sweep() -> None:
    """One round, in which everything is due."""
    Rounds().run()
