"""What a message says, before it takes the form of a mail or of a chat's body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.alerts.values import SEVERITIES
from app.notifications.values import DIGEST, MOST_LINES, TEST, TURNS

_MOST_TITLE = 300
_MOST_TEXT = 1_000
_MOST_TEXT_OF_MANY = 160


@dataclass(frozen=True)
class Line:
    """One thing that is told: a turn of an alert, or an event."""

    kind: str
    type: str
    severity: str
    title: str
    message: str | None
    occurred_at: datetime
    url: str
    alert_id: int | None = None
    event_id: int | None = None
    subject_type: str | None = None
    subject_id: int | None = None

    @property
    def words(self) -> str:
        """The title, after what the turn is called."""
        turn = TURNS.get(self.kind)
        return f"{turn}: {self.title}" if turn else self.title


@dataclass(frozen=True)
class Message:
    """One message: `lines` are the first MOST_LINES of `count`; `counts` tells of all of them
    by type and severity. `url` leads to what it is about."""

    kind: str
    key: str
    title: str
    severity: str
    tenant: str
    zone: str
    url: str
    written_at: datetime
    lines: Sequence[Line] = ()
    count: int = 1
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def is_digest(self) -> bool:
        return self.kind == DIGEST

    @property
    def subject(self) -> str:
        """What stands in a mail's list and at the head of a chat."""
        mark = "" if self.kind == TEST else f"[{self.severity.upper()}] "
        return f"{mark}{self.title}"

    @property
    def summary(self) -> Sequence[str]:
        """How many of what, the worst first."""
        ordered = sorted(
            self.counts.items(), key=lambda found: (-SEVERITIES.index(found[0][1]), found[0][0])
        )
        return [f"{count} × {type_} ({severity})" for (type_, severity), count in ordered]

    @property
    def rest(self) -> int:
        """How many are not among the lines."""
        return max(0, self.count - len(self.lines)) if self.is_digest else 0

    def told_at(self, at: datetime) -> str:
        """A moment on the tenant's own clock."""
        return at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M %Z")

    def text_of(self, line: Line) -> str:
        """What is said under a line's title; shorter where there are many."""
        most = _MOST_TEXT_OF_MANY if self.is_digest else _MOST_TEXT
        text = " ".join((line.message or "").split())
        return text if len(text) <= most else f"{text[: most - 1]}…"


def title_of_many(counts: Mapping[str, int]) -> str:
    """`12 messages: 2 critical, 10 high`."""
    told = [f"{counts[name]} {name}" for name in reversed(SEVERITIES) if counts.get(name)]
    count = sum(counts.values())
    return f"{count} message{'' if count == 1 else 's'}: {', '.join(told)}"


def title_of_one(kind: str, title: str) -> str:
    turn = TURNS.get(kind)
    return (f"{turn}: {title}" if turn else title)[:_MOST_TITLE]


TEST_TITLE = "Test: this channel works"
TEST_TEXT = "Somebody asked for it in Holdfast. There is nothing to do."
MOST_SHOWN = MOST_LINES
