"""Where a post lands: at a run or at a copy."""

from dataclasses import dataclass
from datetime import datetime

from app.legacy.rules.body import Body
from app.legacy.service.arrivals import Arrival
from app.legacy.service.copies import land_copy
from app.legacy.service.statuses import land_status
from app.legacy.values import COPY_ENDPOINTS


@dataclass(frozen=True)
class Landed:
    """What a post told of: an execution and its job's compliance, or a copy and its status."""

    execution_id: int | None = None
    compliance_status: str | None = None
    copy_id: int | None = None
    status: str | None = None


def land(arrival: Arrival, body: Body, now: datetime) -> Landed:
    """Keep what the post says; raises ReportRefused, JobNotFound and CopyNotFound."""
    if arrival.endpoint in COPY_ENDPOINTS:
        copy_id, status = land_copy(arrival, body, now)
        return Landed(copy_id=copy_id, status=status)
    job, execution_id = land_status(arrival, body, now)
    return Landed(execution_id=execution_id, compliance_status=job.compliance_status)
