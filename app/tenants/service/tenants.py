"""Tenants: made, found, changed, suspended and let in again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core import identity
from app.core.db import after_commit, db
from app.core.errors import NotFound
from app.core.identity import Actor
from app.core.integrity import flush_unless_taken
from app.core.models import get_row
from app.core.pagination import Listing, Ordering, equal
from app.tenants.errors import OwnTenant, SlugTaken
from app.tenants.models import Tenant

ORDERING = Ordering(
    key=Tenant.id,
    columns={
        "id": Tenant.id,
        "slug": Tenant.slug,
        "name": Tenant.name,
        "created_at": Tenant.created_at,
    },
    default="slug",
)


def find_tenant(slug: str) -> Tenant | None:
    return db.session.scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()


def get_tenant(slug: str) -> Tenant:
    """Raises NotFound."""
    tenant = find_tenant(slug)
    if tenant is None:
        raise NotFound(f"There is no tenant {slug}.")
    return tenant


def show_tenant(tenant_id: int) -> Tenant:
    """Raises NotFound."""
    return get_row(Tenant, tenant_id)


def list_tenants(query: dict[str, Any]) -> Listing:
    return Listing(equal(select(Tenant), Tenant, query, ("slug", "is_suspended")), ORDERING)


def every_tenant() -> Sequence[Tenant]:
    """All of them, by their short names."""
    return db.session.scalars(select(Tenant).order_by(Tenant.slug)).all()


def create_tenant(slug: str, name: str, *, timezone: str = "UTC", **roots: Any) -> Tenant:
    """Make a tenant; `roots` are lists of absolute folders. Raises SlugTaken."""
    taken = SlugTaken(details={"slug": [SlugTaken.message]})
    if find_tenant(slug) is not None:
        raise taken
    tenant = Tenant(slug=slug, name=name, timezone=timezone, **roots)
    db.session.add(tenant)
    flush_unless_taken("uq_tenants_slug", taken)
    return tenant


def update_tenant(
    tenant_id: int, fields: dict[str, Any], *, expected_version: int | None = None
) -> Tenant:
    """Set the given fields. Raises NotFound and PreconditionFailed."""
    tenant = get_row(Tenant, tenant_id, for_change=True, expected_version=expected_version)
    for name, value in fields.items():
        setattr(tenant, name, value)
    db.session.flush()
    return tenant


def suspend_tenant(tenant_id: int, actor: Actor | None = None) -> Tenant:
    """Let nobody in: here at once, on every other process within five seconds.

    Once more changes nothing. Raises NotFound, and OwnTenant for the one that the actor is
    signed in to, who would lock out whoever could let it in again.
    """
    tenant = get_row(Tenant, tenant_id, for_change=True)
    if actor is not None and actor.tenant_id == tenant.id:
        raise OwnTenant(details={"id": tenant.id})
    return _set_suspended(tenant, True)


def resume_tenant(tenant_id: int) -> Tenant:
    """Let a suspended tenant in again; what came due meanwhile is not made up for.

    Raises NotFound.
    """
    return _set_suspended(get_row(Tenant, tenant_id, for_change=True), False)


def _set_suspended(tenant: Tenant, is_suspended: bool) -> Tenant:
    tenant.is_suspended = is_suspended
    db.session.flush()
    after_commit(identity.forget_actors)
    return tenant
