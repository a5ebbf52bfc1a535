"""What a view declares of itself: who may, what comes in, what goes out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import Schema

from app.core.errors import DomainError

View = TypeVar("View", bound=Callable[..., Any])


@dataclass
class Operation:
    """The declarations of one view, read by the pipeline and by the OpenAPI document.

    `permission` is None for anything a signed-in caller may do; `guarded` tells that somebody
    thought of it at all. Any of `instead` does as well, and `own` names the value of the path
    that needs none where it is the caller's own id.
    """

    guarded: bool = False
    is_public: bool = False
    token_in_view: bool = False
    is_across_tenants: bool = False
    permission: str | None = None
    instead: tuple[str, ...] = ()
    own: str | None = None
    body: Schema | None = None
    body_required: bool = True
    reads_itself: bool = False
    takes_form: bool = False
    query: Schema | None = None
    answer: Schema | None = None
    is_page: bool = False
    status: int = 200
    also: dict[int, str] = field(default_factory=dict)
    retry_after: str | None = None
    location: str | None = None
    message: str | None = None
    content_type: str = "application/json"
    is_conditional: bool = False
    errors: tuple[type[DomainError], ...] = ()
    limit: str | None = None
    is_audited: bool = True


def operation_of(view: Callable[..., Any]) -> Operation:
    """The view's declarations, made when the first decorator asks."""
    found: Operation | None = getattr(view, "operation", None)
    if found is None:
        found = Operation()
        view.operation = found  # type: ignore[attr-defined]
    return found


def _declare(**facts: Any) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        declared = operation_of(view)
        for name, value in facts.items():
            setattr(declared, name, value)
        return view

    return decorate


def requires(
    permission: str | None = None, *instead: str, own: str | None = None
) -> Callable[[View], View]:
    """The permission that a caller needs; without one, any signed-in caller may.

    Any of `instead` lets in too, and so does a path whose value `own` is the caller's user id.
    A refusal names the first.
    """
    return _declare(permission=permission, instead=instead, own=own, guarded=True)


def public(*, token_in_view: bool = False) -> Callable[[View], View]:
    """No credentials are asked for: only for the contract's closed list.

    With `token_in_view` the view itself demands a token, of a kind that no guard knows.
    """
    return _declare(is_public=True, token_in_view=token_in_view, guarded=True)


def across_tenants(view: View) -> View:
    """Its session sees the rows of every tenant: platform administration."""
    operation_of(view).is_across_tenants = True
    return view


def takes(schema: type[Schema], *, required: bool = True) -> Callable[[View], View]:
    """The schema of the JSON body, given to the view as `body`."""
    return _declare(body=schema(), body_required=required)


def reads_itself(schema: type[Schema] | None = None) -> Callable[[View], View]:
    """The view reads the raw request, whose query is not judged; the schema is for the document."""
    return _declare(body=schema() if schema else None, reads_itself=True)


def takes_form(schema: type[Schema]) -> Callable[[View], View]:
    """The view reads a form by `requests.sent_form`; the schema is for the document."""
    return _declare(body=schema(), reads_itself=True, takes_form=True)


def filters(schema: type[Schema]) -> Callable[[View], View]:
    """The schema of the query string, given to the view as `query`."""
    return _declare(query=schema())


def returns(
    schema: type[Schema] | None,
    *,
    status: int = 200,
    page: bool = False,
    also: dict[int, str] | None = None,
    retry_after: str | None = None,
    location: str | None = None,
    message: str | None = None,
    content_type: str = "application/json",
) -> Callable[[View], View]:
    """What goes out: the schema of `data`, the status, and the address of what was made.

    `location` is filled from the answer's data. `also` documents further success statuses that
    the view gives by returning (data, status) or (data, status, headers); `retry_after` says what
    that header means on one of them. With `page` the view returns a Listing.
    """
    return _declare(
        answer=schema(many=page) if schema else None,
        status=status,
        is_page=page,
        also=also or {},
        retry_after=retry_after,
        location=location,
        message=message,
        content_type=content_type,
    )


def conditional(view: View) -> View:
    """Honours If-Match: the view gets `expected_version`, None when nothing was asked."""
    operation_of(view).is_conditional = True
    return view


def fails(*errors: type[DomainError]) -> Callable[[View], View]:
    """The operation's own errors, for the OpenAPI document."""
    return _declare(errors=errors)


def limited(limit: str) -> Callable[[View], View]:
    """Counted under another rate limit than reads or writes: `login` or `status`."""
    return _declare(limit=limit)


def unaudited(view: View) -> View:
    """Leaves no audit row: its record is elsewhere (status posts, heartbeats, claims)."""
    operation_of(view).is_audited = False
    return view
