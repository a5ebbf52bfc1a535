"""Tenants: making them, finding them, and the folders that each of them may use."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import NotFound
from app.tenants.errors import SlugTaken
from app.tenants.models import Tenant

SETTING_OF = {
    "source_roots": "BACKUP_SOURCE_ROOTS",
    "restore_roots": "RESTORE_ROOTS",
    "storage_roots": "STORAGE_ROOTS",
}


def find_tenant(slug: str) -> Tenant | None:
    return db.session.scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()


def get_tenant(slug: str) -> Tenant:
    """Raises NotFound."""
    tenant = find_tenant(slug)
    if tenant is None:
        raise NotFound(f"There is no tenant {slug}.")
    return tenant


def create_tenant(slug: str, name: str, *, timezone: str = "UTC", **roots: Any) -> Tenant:
    """Make a tenant; `roots` are lists of absolute folders. Raises SlugTaken."""
    if find_tenant(slug) is not None:
        raise SlugTaken(details={"slug": [SlugTaken.message]})
    tenant = Tenant(slug=slug, name=name, timezone=timezone, **roots)
    db.session.add(tenant)
    db.session.flush()
    return tenant


def roots_of(tenant_id: int, kind: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The folders of one kind that a tenant may use.

    Its own when a platform admin set them; else the server's for the first tenant, and none
    for any other: one tenant must not read the server's disk by way of another's settings.
    """
    tenant = db.session.get_one(Tenant, tenant_id)
    own = getattr(tenant, kind)
    if own is not None:
        return tuple(own)
    first = db.session.scalar(select(func.min(Tenant.id)))
    return tuple(settings[SETTING_OF[kind]]) if tenant_id == first else ()
