"""A status post becomes a run, or adds to the run that another post has told of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.backups.models import Execution
from app.backups.service import reports
from app.backups.service.job_states import JobState
from app.backups.service.reports import ReportedRun
from app.legacy.rules.body import Body
from app.legacy.rules.matching import Earlier, Facts, Post, fill, match
from app.legacy.rules.readings import identify, read_status
from app.legacy.rules.reports import StatusReport
from app.legacy.rules.times import times_of
from app.legacy.service import posts, refusals
from app.legacy.service.arrivals import Arrival
from app.legacy.service.remarks import log_remarks
from app.legacy.values import DEFAULT_SOURCE_SYSTEM


def land_status(arrival: Arrival, body: Body, now: datetime) -> tuple[JobState, int]:
    """The job and the id of the execution that the post told of, made or filled in under a lock
    on the job's row. Raises ReportRefused and JobNotFound."""
    job_id = identify(body.data, arrival.endpoint, now=arrival.arrived_at)
    job, set_aside = reports.lock_job(job_id, arrival.tenant_id)
    if job is None:
        raise refusals.no_job(job_id)
    report = read_status(
        body.data, arrival.endpoint, zone=ZoneInfo(job.timezone), now=arrival.arrived_at
    )
    log_remarks(arrival, report.warnings, report.unknown_fields)
    post = posts.post_of(arrival, report)
    earlier = posts.earlier_posts(post, job)
    marks = posts.marks_of(post, job)
    execution_id = match(post, earlier)
    if execution_id is None:
        run = _run(arrival, report, facts_of(report), arrival.arrived_at, body.encoding_repaired)
        execution_id = reports.add_run(job, run, now, set_aside, marks)
    else:
        taken = [one for one in earlier if one.execution_id == execution_id]
        _fill(job, arrival, report, post, taken, marks, body.encoding_repaired)
    posts.keep_post(post, job.id, execution_id, arrival.tenant_id)
    return job, execution_id


def facts_of(report: StatusReport) -> Facts:
    """What one report says of its run."""
    return Facts(
        started_at=report.started_at,
        finished_at=report.finished_at,
        single_date=report.single_date,
        size_bytes=report.size_bytes,
        duration_seconds=report.duration_seconds,
        error_message=report.error_message,
        details=report.details,
    )


def _fill(
    job: JobState,
    arrival: Arrival,
    report: StatusReport,
    post: Post,
    taken: Sequence[Earlier],
    marks: Mapping[str, Any],
    encoding_repaired: bool,
) -> None:
    execution = reports.get_run(taken[0].execution_id)
    known = _known(execution, taken)
    added = fill(known, facts_of(report))
    first_arrival = min([post.arrived_at, *(one.arrived_at for one in taken)])
    is_repaired = execution.encoding_repaired or encoding_repaired
    run = _run(arrival, report, replace(known, **added), first_arrival, is_repaired)
    if execution.source_system not in (None, DEFAULT_SOURCE_SYSTEM):
        run = replace(run, source_system=execution.source_system)
    reports.fill_run(job, execution, run, marks)


def _known(execution: Execution, taken: Sequence[Earlier]) -> Facts:
    """What the posts of a run have said so far, its dates as they were sent."""
    known = Facts()
    for one in taken:
        dates = Facts(one.started_at, one.finished_at, one.single_date)
        known = replace(known, **fill(known, dates))
    return replace(
        known,
        size_bytes=execution.backup_size_bytes,
        duration_seconds=execution.duration_seconds,
        error_message=execution.error_message,
    )


def _run(
    arrival: Arrival,
    report: StatusReport,
    facts: Facts,
    first_arrival: datetime,
    encoding_repaired: bool,
) -> ReportedRun:
    times = times_of(facts, first_arrival)
    return ReportedRun(
        result=report.result,
        execution_date=times.execution_date,
        started_at=times.started_at,
        finished_at=times.finished_at,
        duration_seconds=times.duration_seconds,
        size_bytes=facts.size_bytes,
        error_message=facts.error_message,
        details=facts.details,
        source_system=report.source_system,
        encoding_repaired=encoding_repaired,
        requested_by=arrival.caller_name,
    )
