"""How an operation's declarations become its part of the OpenAPI document."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from marshmallow.fields import Integer

from app.core import errors
from app.core.errors import DomainError
from app.core.http.envelope import Envelope
from app.core.http.examples import example_of
from app.core.http.operation import Operation, operation_of
from app.core.idempotency import is_kept

SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}]
_OAUTH = "oauth2"
_ALWAYS = (errors.RateLimited, errors.InternalError, errors.Unavailable)
_UNAUTHENTICATED = (
    errors.AuthenticationRequired,
    errors.InvalidCredentials,
    errors.TokenExpired,
    errors.TokenRevoked,
)
_BODY = (
    errors.ValidationFailed,
    errors.MalformedBody,
    errors.BodyTooLarge,
    errors.UnsupportedMediaType,
)
_IDEMPOTENT = (errors.IdempotencyKeyReused, errors.RequestInProgress)
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A retry with the same key gets the first answer. Kept for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": 'The ETag that was read, such as `"v7"`; another version answers 412.',
    "schema": {"type": "string"},
}


def _header(description: str, *, kind: str = "string", is_certain: bool = True) -> dict[str, Any]:
    certainty = {"required": True} if is_certain else {}
    return {"description": description, **certainty, "schema": {"type": kind}}


_RETRY_AFTER = {"Retry-After": _header("Seconds.", kind="integer")}
_ERROR_HEADERS: dict[int, dict[str, Any]] = {
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}
_IN_PROGRESS = {
    "Retry-After": _header("Seconds, with `REQUEST_IN_PROGRESS`.", kind="integer", is_certain=False)
}
_REPLAYED = {
    "Idempotency-Replayed": _header("`true` when the first answer comes again.", is_certain=False)
}


def describe(
    view: Callable[..., Any], rule: str, options: dict[str, Any], envelope: Envelope
) -> dict[str, Any]:
    """What flask-smorest keeps of a view, made from its declarations."""
    operation = operation_of(view)
    method = next(iter(options.get("methods") or ["GET"]))
    return {
        "arguments": _arguments(operation, method),
        "response": {"responses": _responses(operation, method, rule, envelope)},
        "manual_doc": {
            "operationId": view.__name__,
            "security": [] if _is_open(operation) else _security(operation),
            **({"x-permission": operation.permission} if operation.permission else {}),
            **({"deprecated": True} if envelope.is_deprecated else {}),
        },
    }


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """The ways in; by OAuth the token's scope must hold the permission."""
    return [*SECURITY, {_OAUTH: [operation.permission] if operation.permission else []}]


def _is_open(operation: Operation) -> bool:
    return operation.is_public and not operation.token_in_view


def _is_idempotent(operation: Operation, method: str) -> bool:
    return method == "POST" and not operation.is_public


def errors_of(operation: Operation, method: str, rule: str) -> list[type[DomainError]]:
    """Every error that the pipeline or the operation itself can answer."""
    found: list[type[DomainError]] = [*_ALWAYS, *operation.errors, errors.ValidationFailed]
    if not operation.is_public:
        found += [*_UNAUTHENTICATED, errors.Forbidden, errors.TenantSuspended]
    if "<" in rule:
        found.append(errors.NotFound)
    if operation.body is not None:
        found += [errors.BodyTooLarge] if operation.takes_form else _BODY
    if operation.is_page:
        found.append(errors.UseCursor)
    if operation.is_conditional:
        found.append(errors.PreconditionFailed)
    if method != "GET" and not operation.is_public:
        # Two changes at once, of which the database let one through.
        found.append(errors.Conflict)
    if _is_idempotent(operation, method):
        found += _IDEMPOTENT
    return list(dict.fromkeys(found))


def _arguments(operation: Operation, method: str) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = []
    if operation.query is not None:
        parameters.append({"in": "query", "schema": operation.query})
    if operation.body is not None:
        parameters.append(
            {
                "in": "form" if operation.takes_form else "json",
                "schema": operation.body,
                "required": operation.body_required,
                "example": example_of(operation.body),
            }
        )
    if _is_idempotent(operation, method):
        parameters.append(dict(_IDEMPOTENCY_KEY))
    if operation.is_conditional:
        parameters.append(dict(_IF_MATCH))
    return {"parameters": parameters}


def _responses(
    operation: Operation, method: str, rule: str, envelope: Envelope
) -> dict[int, list[dict[str, Any]]]:
    told = {operation.status: _success(operation, operation.status, envelope)}
    for status, description in operation.also.items():
        told[status] = {**_success(operation, status, envelope), "description": description}
    by_status: dict[int, list[type[DomainError]]] = {}
    for error in errors_of(operation, method, rule):
        by_status.setdefault(error.status, []).append(error)
    # A status that the view itself gives (a readiness of 503) keeps the view's own schema.
    for status, kinds in sorted(by_status.items()):
        if status not in told:
            told[status] = _failure(status, kinds, envelope)
    return {
        status: [_with_headers(response, _headers(operation, method, status, envelope))]
        for status, response in told.items()
    }


def _success(operation: Operation, status: int, envelope: Envelope) -> dict[str, Any]:
    description = HTTPStatus(status).phrase
    if status == HTTPStatus.NO_CONTENT:
        return {"content_type": None, "description": description}
    if operation.content_type != "application/json":
        text = {"type": "string"}
        return {
            "content_type": operation.content_type,
            "schema": text,
            "description": description,
        }
    schema = envelope.schema_of(operation.answer, is_page=operation.is_page)()
    example = example_of(schema)
    if operation.message:
        example["message"] = operation.message
    return {
        "content_type": operation.content_type,
        "schema": schema,
        "description": description,
        "example": example,
    }


def _failure(status: int, kinds: list[type[DomainError]], envelope: Envelope) -> dict[str, Any]:
    """One status with an example for each of its codes."""
    examples = {
        envelope.code_of(kind): {"summary": kind.message, "value": envelope.example_error(kind)}
        for kind in sorted(kinds, key=envelope.code_of)
    }
    return {
        "content_type": None,
        "schema": envelope.error_schema(),
        "description": f"{HTTPStatus(status).phrase}: {', '.join(examples)}",
        "examples": examples,
    }


def _with_headers(response: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    return {**response, "headers": headers} if headers else response


def _headers(operation: Operation, method: str, status: int, envelope: Envelope) -> dict[str, Any]:
    """What a caller may act on; those of every answer alike are in the API's description."""
    headers = {name: _header(f"`{value}`") for name, value in envelope.headers.items()}
    if _is_idempotent(operation, method) and is_kept(status):
        headers |= _REPLAYED
        headers |= _IN_PROGRESS if status == errors.RequestInProgress.status else {}
    if status == operation.status or status in operation.also:
        return headers | _success_headers(operation)
    if status == errors.AuthenticationRequired.status:
        return headers | {"WWW-Authenticate": _header(f"`{envelope.challenge}`.")}
    return headers | _ERROR_HEADERS.get(status, {})


def _success_headers(operation: Operation) -> dict[str, Any]:
    headers = {}
    if operation.location is not None:
        headers["Location"] = _header("Where to read on.")
    if operation.retry_after is not None:
        headers["Retry-After"] = _header(operation.retry_after, kind="integer", is_certain=False)
    fields = {} if operation.answer is None or operation.is_page else operation.answer.fields
    # A version that is text is the software's, not a row's.
    if isinstance(fields.get("version"), Integer):
        headers["ETag"] = _header("Its version.")
    return headers
