"""How a tenant is watched over, under /config/monitoring."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, requires, returns, takes
from app.tenants.schemas import MonitoringSchema, MonitoringUpdateSchema
from app.tenants.service import own

blp = Blueprint(
    "monitoring",
    __name__,
    url_prefix="/config/monitoring",
    description="How the tenant is watched over",
    resource="tenant",
)


@blp.get("")
@requires("config:manage")
@returns(MonitoringSchema)
def get_monitoring() -> Any:
    """Show the settings that hold: the tenant's own, and the defaults for what it did not set."""
    return own.get_own()


@blp.put("")
@requires("config:manage")
@takes(MonitoringUpdateSchema)
@conditional
@returns(MonitoringSchema)
def update_monitoring(body: dict[str, Any], expected_version: int | None) -> Any:
    """Change the given settings; null brings a default back."""
    return own.update_own(body, clock.utcnow(), expected_version=expected_version)
