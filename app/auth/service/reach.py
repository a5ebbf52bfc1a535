"""How far a caller reaches beyond the tenant that it is signed in to."""

from dataclasses import replace

from app.core.errors import NotFound, TenantSuspended
from app.core.identity import Actor
from app.core.tenancy import unscoped
from app.tenants import service as tenants
from app.users.service import list_belongings


def actor_in(actor: Actor, slug: str) -> Actor:
    """Who this caller is in the tenant of this slug, with what its role there permits.

    A platform administrator is everywhere who they are at home. Raises NotFound for a tenant
    that the caller does not belong to, as for one that is not there, and TenantSuspended.
    """
    with unscoped(read_only=True):
        tenant = tenants.find_tenant(slug)
        mine = list_belongings(actor.user_id) if actor.user_id is not None else []
    if tenant is not None and tenant.id == actor.tenant_id:
        return actor
    if tenant is not None and actor.is_platform_admin:
        return replace(actor, tenant_id=tenant.id)
    found = next((b for b in mine if b.tenant.slug == slug), None)
    if found is None:
        raise NotFound(f"There is no tenant {slug} here.")
    if found.tenant.is_suspended:
        raise TenantSuspended()
    return replace(actor, tenant_id=found.tenant.id, role=found.role, permissions=found.permissions)
