"""Which rate limit a request counts under, and for whom."""

import time
from functools import cache
from typing import Any, NamedTuple

from flask import Response, current_app, g, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse_many
from limits.strategies import RateLimiter

from app.core import strict_json
from app.core.errors import RateLimited
from app.core.forms import client_name
from app.core.http.operation import Operation
from app.core.http.requests import address, credential, sent_form
from app.core.identity import recognise

UNLIMITED = "none"


class Counted(NamedTuple):
    """What this request was counted under, and whether the limit let it pass."""

    item: RateLimitItem
    whom: str
    is_allowed: bool


_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def _operation() -> Operation | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "operation", None)


def _kind(operation: Operation | None) -> str:
    """`login`, `status`, `reads` or `writes`."""
    if operation is not None and operation.limit is not None:
        return operation.limit
    return "reads" if request.method in _SAFE else "writes"


def _is_unlimited(operation: Operation | None) -> bool:
    """Pages and files that no operation stands for, health, and preflights."""
    return operation is None or operation.limit == UNLIMITED or request.method == "OPTIONS"


def key() -> str:
    """Whom this request is counted for: the actor, or the address when there is none."""
    return _whom(_kind(_operation()))


def _whom(kind: str) -> str:
    if kind == "login":
        return f"login:{address()}:{_sign_in_name()}"
    actor = recognise(credential())
    return f"{kind}:{actor.key if actor else address()}"


def _sign_in_name() -> str:
    """The user name or the client's id, whichever this operation signs in by."""
    operation = _operation()
    if operation is not None and operation.takes_form:
        return client_name(sent_form())[:255]
    return _user_name()


def _user_name() -> str:
    """The name that a sign-in tries, as far as it can be read."""
    try:
        body = strict_json.loads(request.get_data(cache=True))
    except ValueError:
        return ""
    name = body.get("username") if isinstance(body, dict) else None
    return name.strip().casefold()[:255] if isinstance(name, str) else ""


class OperationLimiter(Limiter):
    """Flask-Limiter, whose limits here follow from the operation alone.

    Its own check looks for limits of views, blueprints and decorators, of which there are none,
    and costs three times the counting.
    """

    def _check_request_limit(self, *_: Any, **__: Any) -> None:
        operation = _operation()
        if not _is_unlimited(operation):
            _count(self.limiter, _kind(operation))


def _count(limiter: RateLimiter, kind: str) -> None:
    """Count this request, and refuse it with RateLimited once its limit is over."""
    whom = _whom(kind)
    items = _items(current_app.config[f"RATE_LIMIT_{kind.upper()}"])
    counted = [Counted(item, whom, limiter.hit(item, whom)) for item in items]
    g.counted = next((one for one in counted if not one.is_allowed), counted[0])
    if not g.counted.is_allowed:
        raise RateLimited(f"Limit: {g.counted.item}.")


def write_headers(limiter: Limiter, response: Response) -> Response:
    """X-RateLimit-* on every limited answer; Retry-After on a refusal."""
    counted: Counted | None = g.get("counted")
    if counted is None:
        return response
    reset_time, remaining = limiter.limiter.get_window_stats(counted.item, counted.whom)
    headers = response.headers
    headers["X-RateLimit-Limit"] = str(counted.item.amount)
    headers["X-RateLimit-Remaining"] = str(max(0, remaining))
    headers["X-RateLimit-Reset"] = str(int(reset_time) + 1)
    if not counted.is_allowed:
        headers["Retry-After"] = str(max(1, int(reset_time - time.time()) + 1))
    return response


@cache
def _items(limits: str) -> tuple[RateLimitItem, ...]:
    """The limits of a setting, the shortest first."""
    return tuple(sorted(parse_many(limits)))
