"""Why a legacy script's report is refused, so that one line in the script's log mends it."""

from collections.abc import Mapping

from app.core.errors import Conflict, NotFound


class ReportRefused(Exception):
    """A report that cannot be taken; `details` maps each field at fault to one sentence."""

    code = "VALIDATION_ERROR"

    def __init__(self, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, str] = dict(details or {})


class MalformedBody(ReportRefused):
    """The body is not one strict JSON object."""

    code = "MALFORMED_JSON"


class UnsupportedBody(ReportRefused):
    """The content type is none that a script may send JSON under."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class InvalidFields(ReportRefused):
    """Fields that cannot be read; the message stays short, since PowerShell 5.1 shows little."""

    def __init__(self, details: Mapping[str, str]) -> None:
        sentences = list(details.values())
        message = sentences[0] if len(sentences) == 1 else f"Refused fields: {', '.join(details)}"
        super().__init__(message, details)


class JobNotFound(NotFound):
    code = "JOB_NOT_FOUND"
    message = "There is no backup job with this id."


class CopyNotFound(NotFound):
    code = "COPY_NOT_FOUND"
    message = "There is no such copy."


class NoExecutions(NotFound):
    code = "NO_EXECUTIONS"
    message = "No run of this job has ended yet."


class AlreadyJudged(Conflict):
    code = "ALREADY_JUDGED"
    message = "This report was accepted or dismissed before."
