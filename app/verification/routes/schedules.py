"""Verifications that come again, under /verify/schedules."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, filters, requires, returns, takes
from app.core.schemas import DeletedSchema
from app.verification.schemas.schedules import (
    ScheduleCreateSchema,
    ScheduleQuery,
    ScheduleSchema,
    ScheduleUpdateSchema,
)
from app.verification.service import schedules

blp = Blueprint(
    "verify-schedules",
    __name__,
    url_prefix="/verify/schedules",
    description="Verifications that come again",
    resource="verification_schedule",
)


@blp.get("")
@requires("verify:read")
@filters(ScheduleQuery)
@returns(ScheduleSchema, page=True)
def list_verification_schedules(query: dict[str, Any]) -> Any:
    """List the tenant's schedules of verifications."""
    return schedules.list_schedules(query)


@blp.post("")
@requires("verify:run")
@takes(ScheduleCreateSchema)
@returns(ScheduleSchema, status=201, location="/api/v1/verify/schedules/{id}")
def create_verification_schedule(body: dict[str, Any]) -> Any:
    """Let a verification come again and again."""
    return schedules.create_schedule(body, clock.utcnow())


@blp.get("/<int:schedule_id>")
@requires("verify:read")
@returns(ScheduleSchema)
def get_verification_schedule(schedule_id: int) -> Any:
    """Show a schedule of verifications."""
    return schedules.get_schedule(schedule_id)


@blp.put("/<int:schedule_id>")
@requires("verify:run")
@takes(ScheduleUpdateSchema)
@conditional
@returns(ScheduleSchema)
def update_verification_schedule(
    body: dict[str, Any], schedule_id: int, expected_version: int | None
) -> Any:
    """Change the given fields of a schedule of verifications."""
    return schedules.update_schedule(
        schedule_id, body, clock.utcnow(), expected_version=expected_version
    )


@blp.delete("/<int:schedule_id>")
@requires("verify:run")
@conditional
@returns(DeletedSchema, message="Schedule deleted; its verifications stay readable.")
def delete_verification_schedule(schedule_id: int, expected_version: int | None) -> Any:
    """Delete a schedule of verifications."""
    return schedules.delete_schedule(schedule_id, expected_version=expected_version)
