"""Executions, under /executions."""

from typing import Any

from flask import Response

from app.backups.errors import AlreadyFinal
from app.backups.schemas.executions import ExecutionSchema
from app.backups.service import executions, runs
from app.core import clock
from app.core.http import Blueprint, fails, requires, returns

blp = Blueprint(
    "executions",
    __name__,
    url_prefix="/executions",
    description="Runs and restores",
    resource="execution",
)


@blp.get("/<int:execution_id>")
@requires("backups:read")
@returns(ExecutionSchema)
def get_execution(execution_id: int) -> Any:
    """Show an execution, with its progress while it runs."""
    return executions.get_execution(execution_id)


@blp.post("/<int:execution_id>/cancel")
@requires("backups:run")
@returns(
    ExecutionSchema,
    also={202: "Asked to stop: poll the execution until it is `cancelled`."},
    location="/api/v1/executions/{id}",
)
@fails(AlreadyFinal)
def cancel_execution(execution_id: int) -> Any:
    """Cancel a queued execution at once, or ask a running one to stop."""
    return runs.request_cancel(execution_id, clock.utcnow())


@blp.get("/<int:execution_id>/log")
@requires("backups:read")
@returns(None, content_type="text/plain")
def get_execution_log(execution_id: int) -> Any:
    """Show an execution's log as text."""
    return Response(executions.read_log(execution_id), mimetype="text/plain")
