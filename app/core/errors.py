"""The one family of errors: each class is a fact with its status and its stable code."""

from collections.abc import Callable
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal that a caller is told of.

    `details` maps a field (dotted when nested) to a list of messages, or a fact to its value.
    `aftermath` holds what must outlive the refusal (a failed sign-in's count, a quarantined
    report): the error handler runs it in a fresh transaction after the roll-back. The audit log
    is told of every 401 and 403, and of what calls itself a refusal.
    """

    status: ClassVar[int] = 400
    is_refusal: ClassVar[bool] = False
    code: ClassVar[str] = "BAD_REQUEST"
    message: str = "The request cannot be carried out."

    def __init__(
        self,
        message: str | None = None,
        *,
        details: dict[str, Any] | None = None,
        aftermath: Callable[[], None] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.details = details or {}
        self.aftermath: list[Callable[[], None]] = [aftermath] if aftermath else []
        self.headers = headers or {}


class ValidationFailed(DomainError):
    status = 400
    code = "VALIDATION_ERROR"
    message = "Some fields are not valid."

    @classmethod
    def on(cls, field: str, message: str) -> "ValidationFailed":
        """The error of one field."""
        return cls(details={field: [message]})


class MalformedBody(DomainError):
    status = 400
    code = "MALFORMED_JSON"
    message = "The body is not valid JSON."


class UseCursor(DomainError):
    status = 400
    code = "USE_CURSOR"
    message = "Pages end at 10,000 rows; read on with the cursor from meta.next_cursor."


class AuthenticationRequired(DomainError):
    status = 401
    code = "AUTHENTICATION_REQUIRED"
    message = "Sign in, or send an API key."


class InvalidCredentials(DomainError):
    status = 401
    code = "INVALID_CREDENTIALS"
    message = "These credentials are not valid."


class TokenExpired(DomainError):
    status = 401
    code = "TOKEN_EXPIRED"
    message = "This token has expired."


class TokenRevoked(DomainError):
    status = 401
    code = "TOKEN_REVOKED"
    message = "This token was revoked."


class Forbidden(DomainError):
    status = 403
    code = "FORBIDDEN"
    message = "Your role does not allow this."


class TenantSuspended(DomainError):
    status = 403
    code = "TENANT_SUSPENDED"
    message = "This tenant is suspended."


class NotFound(DomainError):
    status = 404
    code = "NOT_FOUND"
    message = "There is no such thing here."


class MethodNotAllowed(DomainError):
    status = 405
    code = "METHOD_NOT_ALLOWED"
    message = "This address does not take that method."


class Conflict(DomainError):
    status = 409
    code = "CONFLICT"
    message = "The present state does not allow this."


class RequestInProgress(Conflict):
    code = "REQUEST_IN_PROGRESS"
    message = "The first request with this Idempotency-Key is still running."


class PreconditionFailed(DomainError):
    status = 412
    code = "PRECONDITION_FAILED"
    message = "It was changed since you read it: If-Match does not match."


class BodyTooLarge(DomainError):
    status = 413
    code = "BODY_TOO_LARGE"
    message = "The body is too large."


class UnsupportedMediaType(DomainError):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    message = "Send JSON, with Content-Type: application/json."


class IdempotencyKeyReused(DomainError):
    status = 422
    code = "IDEMPOTENCY_KEY_REUSED"
    message = "This Idempotency-Key was used with another request."


class RateLimited(DomainError):
    status = 429
    code = "RATE_LIMITED"
    message = "Too many requests; wait and try again."


class InternalError(DomainError):
    status = 500
    code = "INTERNAL_ERROR"
    message = "Something went wrong here; the trace id helps to find it."


class Unavailable(DomainError):
    status = 503
    code = "UNAVAILABLE"
    message = "The service is not available for the moment; try again."
