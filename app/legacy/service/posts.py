"""The posts that a job's runs have taken, as far as a new one may speak of the same run."""

import hashlib
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, union

from app.backups.service.job_states import JobState
from app.core.prepared import Prepared
from app.legacy.models import StatusPost
from app.legacy.rules.matching import (
    DATED_REPEAT_WITHIN,
    PAIR_WITHIN,
    SAME_MOMENT,
    Earlier,
    Post,
    is_beyond,
    marks_after,
)
from app.legacy.rules.reports import StatusReport
from app.legacy.service.arrivals import Arrival

_TABLE: Any = StatusPost.__table__
_DATES = ("started_at", "finished_at", "single_date")
_KEEP = Prepared(insert(_TABLE).inline(), _TABLE)
# A single date stands for a start or an end, so it is compared with every date.
_COMPARED = {
    "started_at": ("started_at", "single_date"),
    "finished_at": ("finished_at", "single_date"),
    "single_date": _DATES,
}
_NEAR = max(DATED_REPEAT_WITHIN, PAIR_WITHIN)


def post_of(arrival: Arrival, report: StatusReport) -> Post:
    """The post as the matching rules look at it."""
    return Post(
        endpoint=arrival.endpoint,
        caller=arrival.caller,
        result=report.result,
        body_hash=hashlib.sha256(arrival.raw).digest(),
        arrived_at=arrival.arrived_at,
        started_at=report.started_at,
        finished_at=report.finished_at,
        single_date=report.single_date,
    )


def earlier_posts(post: Post, job: JobState) -> list[Earlier]:
    """All posts of each run that may be the post's, in the order in which they were taken.

    Must run under the lock on the job's row, so that a post of the same run is seen. Nothing is
    read where the job's marks show that there is none, as for nearly every post.
    """
    if is_beyond(post, job.dates_told_until, job.undated_post_at):
        return []
    known = {name: at for name in _DATES if (at := getattr(post, name)) is not None}
    spans = {"arrived_at": (post.arrived_at, _NEAR)}
    spans |= {name: (at, SAME_MOMENT) for name, at in known.items()}
    bounds = {}
    for name, (at, span) in spans.items():
        bounds[f"{name}_low"], bounds[f"{name}_high"] = at - span, at + span
    found = _earlier(tuple(known)).run(
        job.tenant_id,
        of_job=job.id,
        of_caller=post.caller,
        of_result=post.result,
        same_endpoint=post.endpoint,
        same_body=post.body_hash,
        **bounds,
    )
    return [Earlier(*row) for row in found]


def marks_of(post: Post, job: JobState) -> dict[str, datetime | None]:
    """The job's marks once it has taken the post, as columns."""
    told_until, undated_at = marks_after(post, job.dates_told_until, job.undated_post_at)
    return {"dates_told_until": told_until, "undated_post_at": undated_at}


def keep_post(post: Post, job_id: int, execution_id: int, tenant_id: int) -> None:
    """Remember that the execution has taken this post."""
    _KEEP.later(
        tenant_id,
        job_id=job_id,
        execution_id=execution_id,
        caller=post.caller,
        endpoint=post.endpoint,
        result=post.result,
        body_hash=post.body_hash,
        arrived_at=post.arrived_at,
        started_at=post.started_at,
        finished_at=post.finished_at,
        single_date=post.single_date,
    )


@cache
def _earlier(known: tuple[str, ...]) -> Prepared:
    """The statement for a post that carries these dates."""
    own = (_TABLE.c.job_id == bindparam("of_job"), _TABLE.c.caller == bindparam("of_caller"))
    compared = [("arrived_at", "arrived_at")]
    compared += [(column, name) for name in known for column in _COMPARED[name]]
    # A select for each index, since an OR would use none.
    near = [
        select(_TABLE.c.execution_id).where(
            *own, _TABLE.c[column].between(bindparam(f"{name}_low"), bindparam(f"{name}_high"))
        )
        for column, name in compared
    ]
    # Nearness in time alone says nothing: it takes the same bytes, or the other half of a pair.
    near[0] = near[0].where(
        or_(
            _TABLE.c.body_hash == bindparam("same_body"),
            _TABLE.c.endpoint != bindparam("same_endpoint"),
        )
    )
    statement = (
        select(*(_TABLE.c[field.name] for field in fields(Earlier)))
        .where(
            *own,
            _TABLE.c.result == bindparam("of_result"),
            _TABLE.c.execution_id.in_(union(*near) if len(near) > 1 else near[0]),
        )
        .order_by(_TABLE.c.id)
    )
    return Prepared(statement, _TABLE)
