"""The rules' refusals in the words of this house's errors."""

from app.core.errors import DomainError, MalformedBody, UnsupportedMediaType, ValidationFailed
from app.legacy import errors
from app.legacy.errors import CopyNotFound, JobNotFound, ReportRefused


def told(refused: ReportRefused) -> DomainError:
    """The error to answer with: the same code, message and fields."""
    details = {name: [sentence] for name, sentence in refused.details.items()}
    if isinstance(refused, errors.MalformedBody):
        return MalformedBody(refused.message, details=details)
    if isinstance(refused, errors.UnsupportedBody):
        return UnsupportedMediaType(refused.message, details=details)
    return ValidationFailed(refused.message, details=details)


def no_job(job_id: int) -> JobNotFound:
    message = f"There is no backup job {job_id}"
    return JobNotFound(message, details={"job_id": [message]})


def no_copy(field: str, message: str) -> CopyNotFound:
    return CopyNotFound(message, details={field: [message]})
