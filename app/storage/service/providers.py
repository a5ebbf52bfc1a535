"""Storage providers: found, listed, and the default one that a tenant begins with."""

from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.models import find_row, get_row, live
from app.core.pagination import Listing, Ordering, equal
from app.storage.models import StorageProvider
from app.storage.values import DEFAULT_NAME

ORDERING = Ordering(
    key=StorageProvider.id,
    columns={
        "id": StorageProvider.id,
        "name": StorageProvider.name,
        "created_at": StorageProvider.created_at,
    },
    default="id",
)
_EQUALS = ("provider_type", "location_type", "is_online")


def list_providers(query: dict[str, Any]) -> Listing:
    statement = select(StorageProvider).where(live(StorageProvider))
    return Listing(equal(statement, StorageProvider, query, _EQUALS), ORDERING)


def get_provider(provider_id: int) -> StorageProvider:
    """Raises NotFound."""
    return get_row(StorageProvider, provider_id)


def find_provider(provider_id: int) -> StorageProvider | None:
    return find_row(StorageProvider, provider_id)


def find_default() -> StorageProvider | None:
    """The tenant's default provider."""
    return db.session.scalars(
        select(StorageProvider)
        .where(StorageProvider.is_default, live(StorageProvider))
        .order_by(StorageProvider.id)
        .limit(1)
    ).first()


def ensure_default(tenant_id: int, folder: str) -> StorageProvider:
    """The tenant's default provider, made over a local folder when there is none yet."""
    found = db.session.scalars(
        select(StorageProvider).where(
            StorageProvider.tenant_id == tenant_id,
            StorageProvider.is_default,
            live(StorageProvider),
        )
    ).first()
    if found is not None:
        return found
    provider = StorageProvider(
        tenant_id=tenant_id,
        name=DEFAULT_NAME,
        provider_type="local",
        location_type="onsite",
        connection_string=folder,
        is_default=True,
    )
    db.session.add(provider)
    db.session.flush()
    return provider
