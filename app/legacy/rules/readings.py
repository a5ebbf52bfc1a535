"""The body of each endpoint to one report, with everything that is wrong with it told at once."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from app.legacy.errors import InvalidFields
from app.legacy.rules.form import NAMES, Form, by_name
from app.legacy.rules.reports import CopyReport, StatusReport
from app.legacy.rules.words import is_absent, read_id, read_result
from app.legacy.values import COPY_ENDPOINTS, COPY_STATUS, COPY_STATUSES, RESULTS, SUCCESS


def identify(data: Mapping[str, Any], endpoint: str, *, now: datetime) -> int:
    """The id of the job, or at /copy-status of the copy, whose time zone the rest is read in.

    When the id is bad, raises InvalidFields for the whole body, its other dates read in UTC.
    """
    name = NAMES[endpoint].id
    try:
        return read_id(by_name(data, [name])[0].get(name), name)
    except InvalidFields:
        read = read_copy if endpoint in COPY_ENDPOINTS else read_status
        read(data, endpoint, zone=UTC, now=now)
        raise


def read_status(
    data: Mapping[str, Any], endpoint: str, *, zone: tzinfo, now: datetime
) -> StatusReport:
    """The report in a body of /status, /update-status or /record-execution.

    `zone` is for dates without an offset. Raises one InvalidFields that names every bad field.
    """
    names, form = NAMES[endpoint], Form.of(data, endpoint)
    job_id = form.take(names.id, read_id, 0)
    result = form.take(names.result, lambda value, name: read_result(value, name, RESULTS), "")
    started_at = form.date(names.start, zone, now, required=True)
    finished_at = form.date(names.end, zone, now, required=True)
    if started_at and finished_at and finished_at < started_at:
        form.warnings.append(f"{names.end} is before {names.start} and counts as not known")
        finished_at = None
    details = form.text(names.details)
    report = StatusReport(
        job_id=job_id,
        result=result,
        started_at=started_at,
        finished_at=finished_at,
        single_date=form.date(names.date, zone, now),
        size_bytes=form.size(names.size),
        duration_seconds=form.duration(names.duration),
        error_message=form.text(names.error) or (None if result == SUCCESS else details),
        details=details,
        source_system=form.source(names.source),
        warnings=tuple(form.warnings),
        unknown_fields=form.unknown_fields,
    )
    form.refuse_if_bad()
    return report


def read_copy(data: Mapping[str, Any], endpoint: str, *, zone: tzinfo, now: datetime) -> CopyReport:
    """The report in a body of /copy-status or /update-copy-status.

    `zone` is for dates without an offset. Raises one InvalidFields that names every bad field.
    """
    names, form = NAMES[endpoint], Form.of(data, endpoint)
    identity = form.take(names.id, read_id, 0)
    by_copy = endpoint == COPY_STATUS
    status: str | None = None
    if not (by_copy and is_absent(form.values.get(names.result))):
        status = form.take(
            names.result, lambda value, name: read_result(value, name, COPY_STATUSES), ""
        )
    report = CopyReport(
        copy_id=identity if by_copy else None,
        job_id=None if by_copy else identity,
        status=status,
        date=form.date(names.date, zone, now),
        size_bytes=form.size(names.size),
        duration_seconds=form.duration(names.duration),
        error_message=form.text(names.error),
        warnings=tuple(form.warnings),
        unknown_fields=form.unknown_fields,
    )
    form.refuse_if_bad()
    return report
