"""One's own tenant, under /tenants/current."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, requires, returns, takes
from app.tenants.schemas import OwnTenantSchema, OwnTenantUpdateSchema
from app.tenants.service import own

blp = Blueprint(
    "current_tenant",
    __name__,
    url_prefix="/tenants/current",
    description="One's own tenant",
    resource="tenant",
)


@blp.get("")
@requires("tenant:manage")
@returns(OwnTenantSchema)
def get_current_tenant() -> Any:
    """Show one's own tenant; its channels are changed at /notification-channels."""
    return own.get_own()


@blp.put("")
@requires("tenant:manage")
@takes(OwnTenantUpdateSchema)
@conditional
@returns(OwnTenantSchema)
def update_current_tenant(body: dict[str, Any], expected_version: int | None) -> Any:
    """Change the given fields of one's own tenant."""
    return own.update_own(body, clock.utcnow(), expected_version=expected_version)
