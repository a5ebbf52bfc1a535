"""Health, under /health."""

from typing import Any

from app.admin import health
from app.admin.schemas.health import LiveSchema, ReadySchema
from app.core.http import Blueprint, limited, public, returns

blp = Blueprint("health", __name__, url_prefix="/health", description="Is it alive, is it ready")


@blp.get("")
@public()
@limited("none")
@returns(LiveSchema)
def get_health() -> Any:
    """Say that the service answers, and its version."""
    return health.live()


@blp.get("/live")
@public()
@limited("none")
@returns(LiveSchema)
def get_liveness() -> Any:
    """Say that this process is alive."""
    return health.live()


@blp.get("/ready")
@public()
@limited("none")
@returns(ReadySchema, also={503: "The database is away."})
def get_readiness() -> Any:
    """Say how the database, the broker, the storage and the queue are."""
    return health.ready()
