"""A copy's status post, and which copy it means."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.backups.models import BackupCopy
from app.backups.service import copies, reported_copies, reports
from app.backups.service.reported_copies import ReportedCopy
from app.core.logging import get_logger
from app.legacy.rules.body import Body
from app.legacy.rules.readings import identify, read_copy
from app.legacy.service import refusals
from app.legacy.service.arrivals import Arrival
from app.legacy.service.remarks import log_remarks
from app.legacy.values import COPY_STATUS

log = get_logger("legacy")


def land_copy(arrival: Arrival, body: Body, now: datetime) -> tuple[int, str]:
    """The copy's id and the status that then stands: the stored one where a newer report was
    there already. Raises ReportRefused, JobNotFound and CopyNotFound."""
    named_id = identify(body.data, arrival.endpoint, now=arrival.arrived_at)
    by_copy = arrival.endpoint == COPY_STATUS
    copy, timezone = _named_copy(named_id) if by_copy else _copy_of_job(named_id, arrival.tenant_id)
    report = read_copy(body.data, arrival.endpoint, zone=ZoneInfo(timezone), now=arrival.arrived_at)
    log_remarks(arrival, report.warnings, report.unknown_fields)
    if report.error_message is not None:
        log.warning("copy_reported", copy_id=copy.id, message=report.error_message)
    # A clock that runs ahead must not make this report newer than tomorrow's.
    at = min(report.date or arrival.arrived_at, arrival.arrived_at)
    told = ReportedCopy(report.status, report.size_bytes, at, is_dated=report.date is not None)
    return copy.id, reported_copies.note_copy(copy, told, now)


def _named_copy(copy_id: int) -> tuple[BackupCopy, str]:
    found = reported_copies.find_copy(copy_id)
    if found is None:
        raise refusals.no_copy("copy_id", f"There is no copy {copy_id}")
    return found


def _copy_of_job(job_id: int, tenant_id: int) -> tuple[BackupCopy, str]:
    job = reports.find_job(job_id, tenant_id)
    if job is None:
        raise refusals.no_job(job_id)
    copy = copies.find_reported_copy(job_id)
    if copy is None:
        raise refusals.no_copy("job_id", f"Job {job_id} has no offsite copy, and not just one copy")
    return copy, job.timezone
