"""The folders of this server that each tenant may use."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.tenants.models import Tenant

SETTING_OF = {
    "source_roots": "BACKUP_SOURCE_ROOTS",
    "restore_roots": "RESTORE_ROOTS",
    "storage_roots": "STORAGE_ROOTS",
}


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
