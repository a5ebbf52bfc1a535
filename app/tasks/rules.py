"""What a task is made of, where it may go, and when it is late."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.tasks.values import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOVES,
    NO_DAY,
    PRIORITY_OF_SEVERITY,
    SHORTEST_TITLE,
    URGENCY_OF,
)


def may_go(from_status: str, to_status: str) -> bool:
    return to_status in MOVES[from_status]


def today_in(timezone: str, now: datetime) -> date:
    """The calendar date there and then."""
    return now.astimezone(ZoneInfo(timezone)).date()


def sorted_by(priority: str, due_date: date | None) -> dict[str, int]:
    """The numbers by which a task with these is sorted."""
    return {
        "urgency": URGENCY_OF[priority],
        "due_day": due_date.toordinal() if due_date else NO_DAY,
    }


def searched(title: str, description: str | None) -> str:
    return f"{title}\n{description or ''}".casefold()


def draft_of_event(title: str, message: str | None, severity: str) -> dict[str, Any]:
    """The task that an event asks for; the title is cut, and one too short says what it is."""
    one_line = " ".join(title.split())
    if len(one_line) < SHORTEST_TITLE:
        one_line = f"Event: {one_line}".removesuffix(" ")
    return {
        "title": one_line[:LONGEST_TITLE].rstrip(),
        "description": message[:LONGEST_DESCRIPTION] if message else None,
        "priority": PRIORITY_OF_SEVERITY[severity],
    }
