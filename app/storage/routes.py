"""Storage providers, under /storage."""

from typing import Any

from app.core.http import Blueprint, filters, requires, returns
from app.storage import service
from app.storage.schemas import StorageProviderSchema, StorageQuery

blp = Blueprint(
    "storage",
    __name__,
    url_prefix="/storage",
    description="Where backups are kept",
    resource="storage_provider",
)


@blp.get("/providers")
@requires("storage:read")
@filters(StorageQuery)
@returns(StorageProviderSchema, page=True)
def list_storage_providers(query: dict[str, Any]) -> Any:
    """List the tenant's storage providers."""
    return service.list_providers(query)


@blp.get("/providers/<int:provider_id>")
@requires("storage:read")
@returns(StorageProviderSchema)
def get_storage_provider(provider_id: int) -> Any:
    """Show a storage provider."""
    return service.get_provider(provider_id)
