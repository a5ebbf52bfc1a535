"""When a verification comes again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.backups.rules.schedule import Schedule, next_run, problems
from app.verification.values import ANNUAL, CRON, MONTHLY, QUARTERLY, SEMI_ANNUAL

_MONTHS_BETWEEN = {MONTHLY: 1, QUARTERLY: 3, SEMI_ANNUAL: 6, ANNUAL: 12}
# Every month has it.
_LAST_DAY = 28


def rhythm_of(frequency: str, cron: str | None, timezone: str, made_at: datetime) -> str:
    """A frequency as a cron expression: on the day and minute of its making, so that the
    schedules of a thousand jobs do not all fall on the same night."""
    if frequency == CRON:
        return cron or ""
    local = made_at.astimezone(ZoneInfo(timezone))
    step = _MONTHS_BETWEEN[frequency]
    months = sorted((local.month - 1 + step * k) % 12 + 1 for k in range(12 // step))
    day = min(local.day, _LAST_DAY)
    return f"{local.minute} {local.hour} {day} {','.join(map(str, months))} *"


def problem_of(rhythm: str, timezone: str) -> str | None:
    """What is wrong with a cron expression, such as that it never comes true."""
    return problems(_schedule(rhythm, timezone)).get("cron")


def next_after(rhythm: str, timezone: str, moment: datetime) -> datetime | None:
    """When it is due next, strictly after a moment."""
    return next_run(_schedule(rhythm, timezone), moment)


def _schedule(rhythm: str, timezone: str) -> Schedule:
    return Schedule("custom", cron=rhythm, timezone=timezone)
