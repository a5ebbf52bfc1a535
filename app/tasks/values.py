"""Where a task stands, how urgent it is, and what people may comment on."""

from app.events import values as severities

OPEN, IN_PROGRESS, CLOSED = "open", "in_progress", "closed"
STATUSES = (OPEN, IN_PROGRESS, CLOSED)
# Where a task may go from where it is.
MOVES = {OPEN: (IN_PROGRESS,), IN_PROGRESS: (CLOSED,), CLOSED: (OPEN,)}

CRITICAL, HIGH, MEDIUM, LOW = "critical", "high", "medium", "low"
PRIORITIES = (CRITICAL, HIGH, MEDIUM, LOW)
URGENCY_OF = {LOW: 1, MEDIUM: 2, HIGH: 3, CRITICAL: 4}
PRIORITY_OF_SEVERITY = {
    severities.CRITICAL: CRITICAL,
    severities.HIGH: HIGH,
    severities.MEDIUM: MEDIUM,
    severities.LOW: LOW,
    severities.INFO: LOW,
}

TASK = "task"
# What a task without a date is sorted by: the day after the last one.
NO_DAY = 3_652_060

MANAGE_COMMENTS = "comments:manage"
SHORTEST_TITLE, LONGEST_TITLE = 3, 200
LONGEST_DESCRIPTION = 5_000
LONGEST_COMMENT = 2_000
