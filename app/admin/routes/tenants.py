"""Tenants, under /tenants: for whoever runs the platform."""

from typing import Any

from app.admin import service
from app.admin.schemas.tenants import (
    TenantCreateSchema,
    TenantQuery,
    TenantSchema,
    TenantUpdateSchema,
)
from app.core.http import (
    Blueprint,
    across_tenants,
    conditional,
    fails,
    filters,
    requires,
    returns,
    takes,
)
from app.core.identity import current_actor
from app.tenants import service as tenants
from app.tenants.errors import OwnTenant, SlugTaken

blp = Blueprint(
    "tenants", __name__, url_prefix="/tenants", description="Whose data it is", resource="tenant"
)


@blp.get("")
@requires("platform:manage")
@across_tenants
@filters(TenantQuery)
@returns(TenantSchema, page=True)
def list_tenants(query: dict[str, Any]) -> Any:
    """List every tenant."""
    return tenants.list_tenants(query)


@blp.post("")
@requires("platform:manage")
@across_tenants
@takes(TenantCreateSchema)
@returns(TenantSchema, status=201, location="/api/v1/tenants/{id}")
@fails(SlugTaken)
def create_tenant(body: dict[str, Any]) -> Any:
    """Make a tenant; `flask users create-admin --tenant` makes its first administrator."""
    return service.create_tenant(body)


@blp.get("/<int:tenant_id>")
@requires("platform:manage")
@across_tenants
@returns(TenantSchema)
def get_tenant(tenant_id: int) -> Any:
    """Show a tenant."""
    return tenants.show_tenant(tenant_id)


@blp.put("/<int:tenant_id>")
@requires("platform:manage")
@across_tenants
@takes(TenantUpdateSchema)
@conditional
@returns(TenantSchema)
def update_tenant(body: dict[str, Any], tenant_id: int, expected_version: int | None) -> Any:
    """Change the given fields of a tenant; its short name stays."""
    return service.update_tenant(tenant_id, body, expected_version=expected_version)


@blp.post("/<int:tenant_id>/suspend")
@requires("platform:manage")
@across_tenants
@returns(TenantSchema)
@fails(OwnTenant)
def suspend_tenant(tenant_id: int) -> Any:
    """Let nobody of a tenant in, and start nothing of it; its status posts still land."""
    return tenants.suspend_tenant(tenant_id, current_actor())


@blp.post("/<int:tenant_id>/resume")
@requires("platform:manage")
@across_tenants
@returns(TenantSchema)
def resume_tenant(tenant_id: int) -> Any:
    """Let a suspended tenant in again."""
    return tenants.resume_tenant(tenant_id)
