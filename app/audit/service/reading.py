"""Reading the audit log."""

import re
from typing import Any

from sqlalchemy import ColumnElement, select

from app.audit.models import AuditRow
from app.core.errors import Forbidden
from app.core.identity import Actor
from app.core.pagination import Listing, Ordering, equal
from app.core.tenancy import show_every_tenant

MANAGE_PLATFORM = "platform:manage"
_ACTOR = re.compile(r"(user|key):(\d{1,18})")
_KINDS = {"user": "user", "key": "api_key"}
_BY_ID = Ordering(
    key=AuditRow.id,
    columns={"id": AuditRow.id, "occurred_at": AuditRow.occurred_at},
    default="-id",
)
FEED = "position"
_BY_PLACE = Ordering(key=AuditRow.id, columns={FEED: AuditRow.position}, default=FEED)


def list_rows(query: dict[str, Any], actor: Actor) -> Listing:
    """The tenant's rows, or those of no tenant; raises Forbidden for these.

    By `sort=position` they are the sealed ones in the order of their chain, in which a row that
    was committed late comes late: a feed that leaves nothing out.
    """
    is_feed = query.get("sort") == FEED
    statement = equal(
        select(AuditRow).where(*_conditions(query)),
        AuditRow,
        query,
        ("action", "resource_type", "resource_id", "status"),
    )
    if is_feed:
        statement = statement.where(AuditRow.position.is_not(None))
    if "scope" in query:
        if not actor.can(MANAGE_PLATFORM):
            raise Forbidden(details={"required": MANAGE_PLATFORM})
        statement = statement.where(AuditRow.tenant_id.is_(None))
        statement = statement.execution_options(tenant_named=True)
        show_every_tenant()
    return Listing(statement, _BY_PLACE if is_feed else _BY_ID, is_feed=is_feed)


def _conditions(query: dict[str, Any]) -> list[ColumnElement[bool]]:
    found = _by_actor(query["actor"]) if "actor" in query else []
    if "from_" in query:
        found.append(AuditRow.occurred_at >= query["from_"])
    if "to" in query:
        found.append(AuditRow.occurred_at < query["to"])
    return found


def _by_actor(asked: str) -> list[ColumnElement[bool]]:
    match = _ACTOR.fullmatch(asked)
    if match is None:
        return [AuditRow.actor_name == asked]
    return [AuditRow.actor_kind == _KINDS[match[1]], AuditRow.actor_id == int(match[2])]
