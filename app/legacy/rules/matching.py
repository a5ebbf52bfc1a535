"""Which posts speak of one and the same run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import product
from typing import Any

REPEAT_WITHIN = timedelta(seconds=120)
DATED_REPEAT_WITHIN = timedelta(minutes=10)
SAME_MOMENT = timedelta(seconds=120)
PAIR_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Post:
    """A post that has just come in; its dates are those that it sent, none of ours."""

    endpoint: str
    caller: str
    result: str
    body_hash: bytes
    arrived_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    single_date: datetime | None = None

    @property
    def carries_date(self) -> bool:
        """Whether any date that the script sent is known."""
        return _carries_date(self)


@dataclass(frozen=True)
class Earlier:
    """A post that an execution has taken, repeats included; one execution may have several."""

    execution_id: int
    endpoint: str
    body_hash: bytes
    arrived_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    single_date: datetime | None = None


_Arrival = Post | Earlier


@dataclass(frozen=True)
class Facts:
    """What the posts of one run have said so far, as sent; None is not known yet."""

    started_at: datetime | None = None
    finished_at: datetime | None = None
    single_date: datetime | None = None
    size_bytes: int | None = None
    duration_seconds: float | None = None
    error_message: str | None = None
    details: str | None = None


def is_beyond(post: Post, told_until: datetime | None, undated_at: datetime | None) -> bool:
    """Whether no earlier post of the job can speak of the same run, so that none need be read.

    `told_until` is the latest date that any of them sent, `undated_at` when the newest one
    without a date arrived; None where there was none. A post with dates beyond the former repeats
    no bytes and shares no moment, and only one without a date could be its other half.
    """
    dates = _dates(post)
    if not dates or (told_until is not None and min(dates) - told_until <= SAME_MOMENT):
        return False
    return undated_at is None or post.arrived_at - undated_at > PAIR_WITHIN


def marks_after(
    post: Post, told_until: datetime | None, undated_at: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """`told_until` and `undated_at` once the post is taken."""
    dates = _dates(post)
    if not dates:
        return told_until, max(filter(None, (undated_at, post.arrived_at)))
    return max(filter(None, (told_until, *dates))), undated_at


def match(post: Post, earlier: Iterable[Earlier]) -> int | None:
    """The execution that the post speaks of, or None when it tells of a new run.

    `earlier` must be posts of the same job from the same key with the same result, with all the
    posts of each execution among them: those that arrived within ten minutes with the same body
    or at another endpoint, and for a post with a date also those whose start, end or single date
    lies within 120 s of one of its own.
    A repeat is looked for first, then equal dates, then the other half of a pair; of several
    executions the nearest wins, by arrival or by date. Must run under the lock on the job's row.
    """
    runs: dict[int, list[Earlier]] = defaultdict(list)
    for taken in earlier:
        runs[taken.execution_id].append(taken)
    for distance_of in (_repeat_distance, _date_distance, _pair_distance):
        distances = [
            (distance, -execution_id)
            for execution_id, posts in runs.items()
            if (distance := distance_of(post, posts)) is not None
        ]
        if distances:
            return -min(distances)[1]
    return None


def fill(existing: Facts, new: Facts) -> dict[str, Any]:
    """What a later post adds to a run: only what was not known, and no end before the start."""
    added = {
        field.name: getattr(new, field.name)
        for field in fields(Facts)
        if getattr(existing, field.name) is None and getattr(new, field.name) is not None
    }
    start = added.get("started_at", existing.started_at)
    end = added.get("finished_at", existing.finished_at)
    if start and end and end < start:
        added.pop("started_at", None)
        added.pop("finished_at", None)
    return added


def _repeat_distance(post: Post, posts: Sequence[Earlier]) -> timedelta | None:
    """Rule (a): the same bytes came to the same endpoint a short time ago."""
    limit = DATED_REPEAT_WITHIN if post.carries_date else REPEAT_WITHIN
    gaps = (
        _gap(post, taken)
        for taken in posts
        if taken.endpoint == post.endpoint and taken.body_hash == post.body_hash
    )
    return _nearest(gaps, limit)


def _date_distance(post: Post, posts: Sequence[Earlier]) -> timedelta | None:
    """Rule (b): the starts are one moment, or the ends are.

    A run that begins when the one before it ends would come under both, by a single date; so an
    execution is left out when this endpoint already gave it a date that is not this one's.
    """
    if any(
        taken.endpoint == post.endpoint and _carries_date(taken) and not _same_moment(post, taken)
        for taken in posts
    ):
        return None
    return _nearest((gap for taken in posts for gap in _date_gaps(post, taken)), SAME_MOMENT)


def _pair_distance(post: Post, posts: Sequence[Earlier]) -> timedelta | None:
    """Rule (c): the other half of a pair, when dates cannot tell.

    Where both the post and the execution have dates, rule (b) has already said that they are
    different runs, even if a post without a date stands between them.
    """
    if any(taken.endpoint == post.endpoint for taken in posts):
        return None
    if post.carries_date and any(_carries_date(taken) for taken in posts):
        return None
    return _nearest((_gap(post, taken) for taken in posts), PAIR_WITHIN)


def _carries_date(post: _Arrival) -> bool:
    return any((post.started_at, post.finished_at, post.single_date))


def _dates(post: _Arrival) -> list[datetime]:
    return [at for at in (post.started_at, post.finished_at, post.single_date) if at is not None]


def _gap(post: _Arrival, other: _Arrival) -> timedelta:
    # Posts wait for the lock in any order, so the earlier one may have arrived later.
    return abs(post.arrived_at - other.arrived_at)


def _same_moment(post: _Arrival, other: _Arrival) -> bool:
    return _nearest(_date_gaps(post, other), SAME_MOMENT) is not None


def _date_gaps(post: _Arrival, other: _Arrival) -> Iterator[timedelta]:
    """How far apart the starts are and the ends are; a single date may be either."""
    starts = (post.started_at, post.single_date), (other.started_at, other.single_date)
    ends = (post.finished_at, post.single_date), (other.finished_at, other.single_date)
    for ours, theirs in (*product(*starts), *product(*ends)):
        if ours and theirs:
            yield abs(ours - theirs)


def _nearest(gaps: Iterable[timedelta], limit: timedelta) -> timedelta | None:
    return min((gap for gap in gaps if gap <= limit), default=None)
