"""What runners tell of the runs that they do, under /executions."""

from typing import Any

from app.backups.errors import AlreadyFinal
from app.core import clock
from app.core.http import Blueprint, fails, limited, requires, returns, takes, unaudited
from app.core.identity import current_actor
from app.runners.errors import NotClaimed, OtherRunnersRun
from app.runners.schemas import BeatSchema, CompletedSchema, CompletionSchema, HeartbeatSchema
from app.runners.service import completing, reporting

blp = Blueprint(
    "runner_runs",
    __name__,
    url_prefix="/executions",
    description="What runners tell of their runs",
    resource="execution",
)


@blp.post("/<int:execution_id>/heartbeat")
@requires("runners:claim")
@takes(HeartbeatSchema, required=False)
@returns(BeatSchema)
@fails(AlreadyFinal, NotClaimed, OtherRunnersRun)
@limited("status")
@unaudited
def send_heartbeat(body: dict[str, Any], execution_id: int) -> Any:
    """Keep a claimed run alive, tell how far it is, and hear whether to stop it."""
    return reporting.beat(execution_id, body, current_actor(), clock.utcnow())


@blp.post("/<int:execution_id>/complete")
@requires("runners:claim")
@takes(CompletionSchema)
@returns(CompletedSchema)
@fails(AlreadyFinal, NotClaimed, OtherRunnersRun)
@limited("status")
@unaudited
def complete_run(body: dict[str, Any], execution_id: int) -> Any:
    """Tell how a claimed run ended; the same again changes nothing."""
    return completing.complete(execution_id, body, current_actor(), clock.utcnow())
