"""What happens to every request around its view, in this order and nowhere else."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, g, request

from app.core import db as database
from app.core import idempotency, tenancy
from app.core.errors import Forbidden, TenantSuspended
from app.core.http import requests
from app.core.http.envelope import Envelope
from app.core.http.operation import Operation
from app.core.http.trail import AuditEntry, audit_sink, changes_of
from app.core.identity import Actor, demand_actor, find_actor
from app.core.logging import mask_text
from app.core.pagination import Listing, paginate, paginate_rows

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LEASE_MARGIN_SECONDS = 10


def serve(
    view: Callable[..., Any],
    operation: Operation,
    action: str,
    resource: str,
    envelope: Envelope,
    path: dict[str, Any],
) -> Response:
    """Guard, replay or read the input, call the view, build its answer, audit, commit.

    Any exception leaves through the error handlers, which roll back.
    """
    g.action, g.operation = action, operation
    g.conclude = partial(_conclude, operation, action, resource, envelope, path)
    actor = guard(operation, path)
    replay = _replay(actor, envelope)
    if replay is not None:
        return replay
    database.mark_read_only(request.method in SAFE_METHODS)
    if actor is None or operation.is_across_tenants:
        tenancy.enter_unscoped()
    else:
        tenancy.enter(actor.tenant_id)
    result = view(**arguments(operation, path))
    response: Response = g.conclude(result)
    database.commit()
    return response


def commit_before_waiting(result: Any, wait_seconds: float) -> None:
    """Commit what the view did so far, with its audit row, and hold no connection from here on.

    `result`, as a view returns it, becomes the answer of the Idempotency-Key should this process
    be killed before the view's own; until then, for `wait_seconds` and a little more, the key is
    at work.
    """
    g.conclude(result, lease_seconds=wait_seconds + LEASE_MARGIN_SECONDS)
    g.is_audited = True
    database.release()


def _conclude(
    operation: Operation,
    action: str,
    resource: str,
    envelope: Envelope,
    path: dict[str, Any],
    result: Any,
    lease_seconds: float | None = None,
) -> Response:
    """The answer, once its audit row and its Idempotency-Key are ready to be committed with it."""
    response = answer(result, operation, envelope)
    if request.method not in SAFE_METHODS:
        _audit(operation, action, resource, path, response)
        _remember(response, lease_seconds)
    return response


def guard(operation: Operation, path: dict[str, Any]) -> Actor | None:
    """The caller, once it is known and allowed; None for a public operation."""
    if operation.is_public:
        return None
    actor = demand_actor(requests.credential())
    permission = operation.permission
    is_allowed = permission is None or actor.can(permission) or _is_let_in(actor, operation, path)
    if actor.is_suspended and (permission is None or not is_allowed):
        raise TenantSuspended()
    if not is_allowed:
        raise Forbidden(details={"required": permission})
    return actor


def _is_let_in(actor: Actor, operation: Operation, path: dict[str, Any]) -> bool:
    """Whoever lacks the permission itself."""
    if any(map(actor.can, operation.instead)):
        return True
    own_id = path[operation.own] if operation.own else None
    return own_id is not None and own_id == actor.user_id


def arguments(operation: Operation, path: dict[str, Any]) -> dict[str, Any]:
    """What the view is called with: path values, `query`, `body`, `expected_version`."""
    given = dict(path)
    if operation.reads_itself:
        return given
    query = requests.read_query(operation.query)
    if operation.query is not None:
        given["query"] = g.query = query
    if operation.body is not None:
        given["body"] = requests.read_body(operation.body, required=operation.body_required)
    if operation.is_conditional:
        given["expected_version"] = requests.expected_version()
    return given


def answer(result: Any, operation: Operation, envelope: Envelope) -> Response:
    """The view's result in its envelope, with ETag and Location where they belong."""
    if isinstance(result, Response):
        return result
    headers: dict[str, str] = {}
    status = operation.status
    if operation.also and isinstance(result, tuple):
        result, status, *more = result
        headers = more[0] if more else {}
    if operation.is_page:
        is_listing = isinstance(result, Listing)
        page = paginate(result, g.query) if is_listing else paginate_rows(result, g.query)
        items = operation.answer.dump(page.items) if operation.answer else []
        return envelope.respond(envelope.wrap_page(items, page), status)
    data = operation.answer.dump(result) if operation.answer else result
    response = envelope.respond(envelope.wrap(data, operation.message), status)
    response.headers.update(headers)
    if isinstance(data, dict) and isinstance(data.get("version"), int):
        response.headers["ETag"] = f'"v{data["version"]}"'
    if operation.location is not None:
        response.headers["Location"] = operation.location.format_map(data)
    return response


def _replay(actor: Actor | None, envelope: Envelope) -> Response | None:
    """Claim the Idempotency-Key, or give the stored answer of the request that claimed it."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST" or actor is None:
        return None
    stored = idempotency.claim(
        actor.key, key, idempotency.digest(request.method, request.path, request.get_data())
    )
    if isinstance(stored, idempotency.Claim):
        g.idempotency_claim = stored
        return None
    response = envelope.respond_with(stored.body, stored.status)
    response.headers.update(stored.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _remember(response: Response, lease_seconds: float | None) -> None:
    """Keep the answer under its key; with a lease it stands in for one that is to come."""
    claim = g.pop("idempotency_claim", None)
    if claim is None:
        return
    if lease_seconds is None:
        idempotency.store(claim, idempotency.Stored.of(response))
        return
    interim = idempotency.Stored.of(response, is_interim=True)
    g.idempotency_claim = idempotency.store_interim(claim, interim, lease_seconds)


def _audit(
    operation: Operation, action: str, resource: str, path: dict[str, Any], response: Response
) -> None:
    actor = find_actor()
    if not operation.is_audited or (actor is None and not operation.is_public):
        return
    if g.pop("is_audited", False):
        # It was told of before the view waited, in the transaction of what it did.
        return
    session = database.db.session()
    session.flush()
    changes = changes_of(session)
    told = next((change for change in changes if change.resource_type == resource), None)
    told = told or next(iter(changes), None)
    audit_sink(
        AuditEntry(
            action=action,
            actor=actor,
            address=requests.address(),
            trace_id=g.trace_id,
            status=response.status_code,
            path=mask_text(request.path),
            resource_type=told.resource_type if told else resource,
            resource_id=told.resource_id if told else _path_id(path),
            changes=changes,
        )
    )


def _path_id(path: dict[str, Any]) -> int | None:
    """The id in the address, of a write that changed no audited row."""
    return next((value for value in path.values() if isinstance(value, int)), None)
