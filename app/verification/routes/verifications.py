"""Verifications, under /verify: asked for, followed, and read."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, fails, filters, requires, returns, takes
from app.core.identity import current_actor
from app.verification.errors import (
    NeverVerified,
    NotFinished,
    NothingToVerify,
    NotVerifiable,
    VerificationInProgress,
    VerificationOver,
)
from app.verification.schemas.verifications import (
    NewestQuery,
    ResultSchema,
    VerificationQuery,
    VerificationRequestSchema,
    VerificationSchema,
)
from app.verification.service import asking, proofs

blp = Blueprint(
    "verify",
    __name__,
    url_prefix="/verify",
    description="Proof that backups can be restored",
    resource="verification",
)

STATUS_URL = "/api/v1/verify/{backup_id}/status?verification_id={id}"


@blp.get("")
@requires("verify:read")
@filters(VerificationQuery)
@returns(VerificationSchema, page=True)
def list_verifications(query: dict[str, Any]) -> Any:
    """List the tenant's verifications, newest first."""
    return proofs.list_verifications(query)


@blp.post("/<int:job_id>")
@requires("verify:run")
@takes(VerificationRequestSchema)
@returns(VerificationSchema, status=202, location=STATUS_URL)
@fails(VerificationInProgress, NotVerifiable, NothingToVerify)
def verify_job(body: dict[str, Any], job_id: int) -> Any:
    """Queue a test of what this job has backed up."""
    return asking.queue_verification(
        job_id, body, requested_by=current_actor().name, now=clock.utcnow()
    )


@blp.get("/<int:job_id>/status")
@requires("verify:read")
@filters(NewestQuery)
@returns(VerificationSchema)
@fails(NeverVerified)
def get_verification_status(query: dict[str, Any], job_id: int) -> Any:
    """Show a job's newest verification, or the one that is named, with its progress."""
    return proofs.find_verification(job_id, query)


@blp.get("/<int:job_id>/result")
@requires("verify:read")
@filters(NewestQuery)
@returns(ResultSchema)
@fails(NeverVerified, NotFinished)
def get_verification_result(query: dict[str, Any], job_id: int) -> Any:
    """Show the outcome of a job's newest verification, or of the one that is named."""
    return proofs.read_result(job_id, query)


@blp.post("/<int:verification_id>/cancel")
@requires("verify:run")
@returns(
    VerificationSchema,
    also={202: "Asked to stop: poll its status until it is `cancelled`."},
    location=STATUS_URL,
)
@fails(VerificationOver)
def cancel_verification(verification_id: int) -> Any:
    """Cancel a queued verification at once, or ask a running one to stop."""
    return asking.request_cancel(verification_id, clock.utcnow())
