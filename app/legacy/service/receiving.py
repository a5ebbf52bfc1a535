"""The way of a legacy call: read, landed, counted; and kept when it is refused."""

from datetime import datetime

from app.backups.models import Execution
from app.backups.service import reports
from app.core.errors import DomainError, NotFound
from app.legacy.errors import NoExecutions, ReportRefused
from app.legacy.rules.body import read_body
from app.legacy.service import calls, quarantine, refusals
from app.legacy.service.arrivals import Arrival
from app.legacy.service.landing import Landed, land


def receive(arrival: Arrival, now: datetime) -> Landed:
    """Land a script's post and count the call.

    Raises ValidationFailed, MalformedBody, UnsupportedMediaType, JobNotFound and CopyNotFound;
    what is refused with 400 or 404 is kept by the error's aftermath.
    """
    calls.count(arrival)
    try:
        return land(arrival, read_body(arrival.raw, arrival.content_type), now)
    except ReportRefused as refused:
        raise _remembered(refusals.told(refused), arrival) from refused
    except NotFound as error:
        raise _remembered(error, arrival) from error.__cause__


def last_execution(job_id: int, arrival: Arrival) -> Execution:
    """The newest run that has ended; raises JobNotFound and NoExecutions."""
    calls.count(arrival)
    execution = reports.find_last_ended(job_id)
    if execution is not None:
        return execution
    if reports.find_job(job_id, arrival.tenant_id) is None:
        raise refusals.no_job(job_id)
    raise NoExecutions(details={"job_id": [NoExecutions.message]})


def _remembered(error: DomainError, arrival: Arrival) -> DomainError:
    """The error, whose aftermath keeps the post that it refuses."""
    error.aftermath.append(lambda: quarantine.keep(arrival, error))
    return error
