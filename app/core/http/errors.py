"""The one set of error handlers: whatever goes wrong leaves in an envelope, never as HTML."""

from collections.abc import Callable

from flask import Flask, Response, current_app, g, request
from sqlalchemy import exc as sa_exc
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.core import db as database
from app.core import errors, idempotency, integrity, tenancy
from app.core.errors import DomainError
from app.core.http import requests
from app.core.http.envelope import Envelope
from app.core.http.trail import AuditEntry, refusal_sink
from app.core.identity import find_actor, find_claim
from app.core.logging import get_logger, mask_text

log = get_logger("errors")

RETRY_AFTER_SECONDS = 5
_ENVELOPES: dict[str, Envelope] = {}
_API_ENVELOPE = Envelope()
_BY_STATUS: dict[int, type[DomainError]] = {
    400: errors.MalformedBody,
    401: errors.AuthenticationRequired,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.BodyTooLarge,
    415: errors.UnsupportedMediaType,
    503: errors.Unavailable,
}


def answer_under(prefix: str, envelope: Envelope) -> None:
    """Let paths below `prefix` answer errors in another envelope than /api/v1's."""
    _ENVELOPES[prefix] = envelope


def install(app: Flask) -> None:
    app.register_error_handler(DomainError, handle_refusal)
    app.register_error_handler(HTTPException, handle_http)
    app.register_error_handler(sa_exc.SQLAlchemyError, handle_database)
    app.register_error_handler(Exception, handle_bug)


def handle_refusal(error: DomainError) -> Response:
    """Roll back, let the aftermath outlive the refusal, and answer."""
    database.rollback()
    response = _respond(error)
    aftermath = [*error.aftermath, *_refusal_audit(error)]
    claim = g.pop("idempotency_claim", None)
    if claim is not None:
        aftermath.append(lambda: _close_claim(claim, error, response))
    if not aftermath:
        return response
    try:
        with tenancy.unscoped():
            for call in aftermath:
                call()
    except sa_exc.SQLAlchemyError as exc:
        # What must outlive the refusal could not be kept, so the caller is to try again.
        log.error("aftermath_lost", exc_info=exc)
        return _respond(errors.Unavailable())
    return response


def _respond(error: DomainError) -> Response:
    envelope = _envelope()
    response = envelope.respond(envelope.wrap_error(error), error.status)
    response.headers.update(error.headers)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = f'{envelope.challenge} realm="holdfast"'
    if error.status in (429, 503):
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return response


def handle_http(error: HTTPException) -> Response:
    """werkzeug's errors, in our words."""
    status = error.code or 500
    kind = _BY_STATUS.get(status)
    if kind is None:
        return handle_bug(error)
    if kind is errors.MalformedBody:
        return handle_refusal(kind("The request is not well formed."))
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return handle_refusal(kind(headers=headers))


def handle_database(error: sa_exc.SQLAlchemyError) -> Response:
    """The database away, busy or full is 503; what contradicts another's change is 409."""
    if isinstance(error, StaleDataError):
        return handle_refusal(errors.Conflict("It was changed by another at the same time."))
    if isinstance(error, sa_exc.IntegrityError) and integrity.is_conflict(error):
        log.warning("integrity_conflict", exc_info=error)
        return handle_refusal(errors.Conflict("It contradicts what is stored."))
    if _is_away(error):
        log.error("database_unavailable", exc_info=error)
        # Its claim ends with its lease: the database is not there to drop it.
        g.pop("idempotency_claim", None)
        return handle_refusal(errors.Unavailable())
    return handle_bug(error)


def _is_away(error: sa_exc.SQLAlchemyError) -> bool:
    # The driver has further names for a connection that broke in the middle of an answer.
    broke = isinstance(error, sa_exc.DBAPIError) and error.connection_invalidated
    away = sa_exc.OperationalError | sa_exc.InterfaceError | sa_exc.TimeoutError
    return broke or isinstance(error, away)


def handle_bug(error: Exception) -> Response:
    log.error("unhandled_error", exc_info=error)
    return handle_refusal(errors.InternalError())


def _refusal_audit(error: DomainError) -> list[Callable[[], None]]:
    if error.status not in (401, 403) and not error.is_refusal:
        return []
    entry = AuditEntry(
        action=g.get("action", "unknown"),
        actor=find_actor(),
        address=requests.address(),
        trace_id=g.trace_id,
        status=error.status,
        path=mask_text(request.path),
        code=error.code,
        claim=find_claim(),
    )
    return [lambda: refusal_sink(entry)]


def _close_claim(claim: idempotency.Claim, error: DomainError, response: Response) -> None:
    """A refusal is kept for the key's next use, or it frees the key."""
    if not idempotency.is_kept(error.status):
        idempotency.drop(claim)
        return
    try:
        idempotency.store(claim, idempotency.Stored.of(response))
    except errors.RequestInProgress:
        # Another answers for the key by now; this refusal changed nothing and stands as it is.
        log.warning("idempotency_lease_lost", key_id=claim.key_id)


def _envelope() -> Envelope:
    """That of the view that was asked for, else that of the address."""
    view = current_app.view_functions.get(request.endpoint or "")
    found: Envelope | None = getattr(view, "envelope", None)
    if found is not None:
        return found
    for prefix, envelope in _ENVELOPES.items():
        if request.path == prefix or request.path.startswith(prefix + "/"):
            return envelope
    return _API_ENVELOPE
