"""Refused posts: kept, read, mended and accepted, or dismissed."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, inspect, select
from sqlalchemy.orm import defer

from app.core.db import db, hold
from app.core.errors import DomainError, NotFound, ValidationFailed
from app.core.identity import Actor
from app.core.models import get_row
from app.core.pagination import Listing, Ordering, equal
from app.core.tenancy import execute_named
from app.legacy.errors import AlreadyJudged, MalformedBody, ReportRefused
from app.legacy.models import RejectedReport
from app.legacy.rules.body import Body, check_object, decode, parse
from app.legacy.rules.form import NAMES, by_name
from app.legacy.service import refusals
from app.legacy.service.arrivals import Arrival
from app.legacy.service.landing import Landed, land
from app.legacy.values import ACCEPTED, DISMISSED, MAX_REJECTED, OPEN

_TABLE: Any = RejectedReport.__table__
_KEPT_STATUSES = (400, 404)
ORDERING = Ordering(
    key=RejectedReport.id,
    columns={"id": RejectedReport.id, "received_at": RejectedReport.received_at},
    default="-received_at",
)


def keep(arrival: Arrival, error: DomainError) -> None:
    """Keep a refused post that may be mended: after a 400 or 404.

    Of one caller's the newest 1,000 stay.
    """
    if error.status in _KEPT_STATUSES:
        # Two at once would not see each other's post, and each would leave one too many.
        hold(f"rejected_reports:{arrival.tenant_id}:{arrival.caller}")
        _insert(arrival, error)
        _drop_beyond_the_newest(arrival)


def list_reports(query: dict[str, Any]) -> Listing:
    """The tenant's refused posts, newest first, without their bodies."""
    statement = select(RejectedReport).options(defer(RejectedReport.body))
    equals = ("status", "caller", "code")
    return Listing(equal(statement, RejectedReport, query, equals), ORDERING)


def show_report(report_id: int) -> dict[str, Any]:
    """A refused post with its body as text; raises NotFound."""
    report = get_row(RejectedReport, report_id)
    columns = inspect(RejectedReport).column_attrs
    shown = {column.key: getattr(report, column.key) for column in columns}
    return {**shown, "body": _text_of(report.body)}


def accept(report_id: int, mended: dict[str, Any], actor: Actor, now: datetime) -> Landed:
    """Let a refused post land as if it had been right when it arrived.

    `mended` replaces the fields that it names; a body that was no JSON gives none of its own.
    Raises NotFound, AlreadyJudged (of two at once one wins), and ValidationFailed or
    MalformedBody when it is still wrong: it then stays open.
    """
    report = _open_report(report_id)
    try:
        landed = land(_arrival(report), _mended_body(report, mended), now)
    except ReportRefused as refused:
        raise refusals.told(refused) from refused
    except NotFound as missing:
        raise ValidationFailed(missing.message, details=missing.details) from missing
    report.execution_id, report.copy_id = landed.execution_id, landed.copy_id
    _judge(report, ACCEPTED, actor, now)
    return landed


def dismiss(report_id: int, actor: Actor, now: datetime) -> dict[str, Any]:
    """Judge that a refused post is worth nothing; raises NotFound and AlreadyJudged."""
    _judge(_open_report(report_id), DISMISSED, actor, now)
    return show_report(report_id)


def _open_report(report_id: int) -> RejectedReport:
    report = get_row(RejectedReport, report_id, for_change=True)
    if report.status != OPEN:
        raise AlreadyJudged(details={"status": report.status})
    return report


def _judge(report: RejectedReport, status: str, actor: Actor, now: datetime) -> None:
    report.status = status
    report.resolved_at = now
    report.resolved_by = actor.name[:200]
    db.session.flush()


def _arrival(report: RejectedReport) -> Arrival:
    return Arrival(
        tenant_id=report.tenant_id,
        endpoint=report.endpoint,
        caller=report.caller,
        caller_name=report.caller_name,
        address=report.address,
        arrived_at=report.received_at,
        raw=report.body,
        content_type=report.content_type,
    )


def _mended_body(report: RejectedReport, mended: dict[str, Any]) -> Body:
    """The body with its mended fields, whatever the case in which the script wrote their names."""
    unknown = by_name(mended, NAMES[report.endpoint].all())[1]
    if unknown:
        raise ValidationFailed(details={name: ["Unknown field."] for name in unknown})
    sent, encoding_repaired = _readable(report.body)
    replaced = {name.lower() for name in mended}
    data = {name: value for name, value in sent.items() if name.lower() not in replaced} | mended
    check_object(data, prefix="", depth=1)
    return Body(data, encoding_repaired)


def _readable(raw: bytes) -> tuple[dict[str, Any], bool]:
    """The fields that a refused body still gives, and whether its encoding was repaired."""
    try:
        text, encoding_repaired = decode(raw)
        return parse(text), encoding_repaired
    except MalformedBody:
        return {}, False


def _text_of(raw: bytes) -> str:
    try:
        return decode(raw)[0]
    except MalformedBody:
        return raw.decode(json.detect_encoding(raw), errors="replace")


def _insert(arrival: Arrival, error: DomainError) -> None:
    statement = insert(_TABLE).values(
        caller=arrival.caller,
        caller_name=arrival.caller_name[:200],
        address=arrival.address[:64],
        endpoint=arrival.endpoint,
        content_type=arrival.content_type[:200] if arrival.content_type else None,
        body=arrival.raw,
        code=error.code,
        message=error.message,
        details=error.details,
        received_at=arrival.arrived_at,
        status=OPEN,
        version=1,
    )
    execute_named(statement, tenant_id=arrival.tenant_id, table=_TABLE)


def _drop_beyond_the_newest(arrival: Arrival) -> None:
    own = (_TABLE.c.tenant_id == arrival.tenant_id, _TABLE.c.caller == arrival.caller)
    newest_too_many = (
        select(_TABLE.c.id)
        .where(*own)
        .order_by(_TABLE.c.id.desc())
        .offset(MAX_REJECTED)
        .limit(1)
        .scalar_subquery()
    )
    statement = delete(_TABLE).where(*own, _TABLE.c.id <= newest_too_many)
    execute_named(statement, tenant_id=arrival.tenant_id, table=_TABLE)
