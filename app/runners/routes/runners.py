"""Runners and their claims, under /runners."""

from functools import partial
from typing import Any

from flask import Response, current_app

from app.core import clock
from app.core.errors import Conflict
from app.core.http import (
    Blueprint,
    conditional,
    fails,
    filters,
    limited,
    requires,
    returns,
    takes,
    unaudited,
)
from app.core.http.requests import credential
from app.core.identity import confirm, current_actor
from app.core.schemas import DeletedSchema
from app.runners.errors import NameTaken
from app.runners.schemas import (
    ClaimRequestSchema,
    RotateRunnerSchema,
    RunnerCreateSchema,
    RunnerQuery,
    RunnerSchema,
    ShownRunnerSchema,
    WorkSchema,
)
from app.runners.service import claiming, runners, waiting

blp = Blueprint(
    "runners",
    __name__,
    url_prefix="/runners",
    description="Hosts elsewhere that execute",
    resource="runner",
)


@blp.post("")
@requires("runners:manage")
@takes(RunnerCreateSchema)
@returns(ShownRunnerSchema, status=201, location="/api/v1/runners/{id}")
@fails(NameTaken)
def register_runner(body: dict[str, Any]) -> Any:
    """Register a host that executes; its key is shown this once."""
    return runners.register_runner(body["name"], current_actor(), clock.utcnow())


@blp.get("")
@requires("runners:read")
@filters(RunnerQuery)
@returns(RunnerSchema, page=True)
def list_runners(query: dict[str, Any]) -> Any:
    """List the tenant's runners."""
    return runners.list_runners(query, clock.utcnow())


@blp.get("/<int:runner_id>")
@requires("runners:read")
@returns(RunnerSchema)
def get_runner(runner_id: int) -> Any:
    """Show a runner."""
    return runners.get_runner(runner_id)


@blp.delete("/<int:runner_id>")
@requires("runners:manage")
@conditional
@returns(DeletedSchema, message="Runner forgotten, its key revoked.")
def delete_runner(runner_id: int, expected_version: int | None) -> Any:
    """Forget a runner and revoke its key; what it is running fails when its lease ends."""
    return runners.delete_runner(runner_id, clock.utcnow(), expected_version=expected_version)


@blp.post("/<int:runner_id>/rotate-key")
@requires("runners:manage")
@takes(RotateRunnerSchema, required=False)
@returns(ShownRunnerSchema)
@fails(Conflict)
def rotate_runner_key(body: dict[str, Any], runner_id: int) -> Any:
    """Give a runner a new key; the old one stays valid for `overlap_hours`."""
    return runners.rotate_key(runner_id, current_actor(), clock.utcnow(), body["overlap_hours"])


@blp.post("/claim")
@requires("runners:claim")
@takes(ClaimRequestSchema, required=False)
@returns(
    WorkSchema,
    also={204: "Nothing is to be done."},
    retry_after="Seconds, with 204: too many wait already, or the server is about to stop.",
)
@limited("status")
@unaudited
def claim_run(body: dict[str, Any]) -> Any:
    """Claim the most urgent run of the calling runner, or wait for one."""
    told = {"runner_version": body.get("version"), "platform": body.get("platform")}
    known = {name: value for name, value in told.items() if value is not None}
    board = current_app.extensions[waiting.BOARD]
    check = partial(confirm, credential())
    found = claiming.claim(current_actor(), known, body["wait_seconds"], board, check)
    if found.work is not None:
        return found.work
    pause = found.retry_seconds
    return Response(status=204, headers={"Retry-After": str(pause)} if pause else {})
