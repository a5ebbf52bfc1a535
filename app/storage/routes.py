"""Storage providers, under /storage."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.outside import TooManyWaiting
from app.core.schemas import DeletedSchema
from app.storage.errors import ChangedMeanwhile, NameTaken, StorageInUse
from app.storage.schemas.providers import (
    PlaceSchema,
    StorageCreateSchema,
    StorageProviderSchema,
    StorageQuery,
    StorageSpaceSchema,
    StorageTestSchema,
    StorageUpdateSchema,
)
from app.storage.service import changes, measuring, providers, testing

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
    return providers.list_providers(query)


@blp.post("/providers")
@requires("storage:write")
@takes(StorageCreateSchema)
@returns(StorageProviderSchema, status=201, location="/api/v1/storage/providers/{id}")
@fails(NameTaken, TooManyWaiting)
def create_storage_provider(body: dict[str, Any]) -> Any:
    """Register a storage provider."""
    return changes.create_provider(body)


@blp.get("/providers/<int:provider_id>")
@requires("storage:read")
@returns(StorageProviderSchema)
def get_storage_provider(provider_id: int) -> Any:
    """Show a storage provider."""
    return providers.get_provider(provider_id)


@blp.put("/providers/<int:provider_id>")
@requires("storage:write")
@takes(StorageUpdateSchema)
@conditional
@returns(StorageProviderSchema)
@fails(NameTaken, StorageInUse, ChangedMeanwhile, TooManyWaiting)
def update_storage_provider(
    body: dict[str, Any], provider_id: int, expected_version: int | None
) -> Any:
    """Change the given fields of a storage provider."""
    return changes.update_provider(
        provider_id, body, clock.utcnow(), expected_version=expected_version
    )


@blp.delete("/providers/<int:provider_id>")
@requires("storage:write")
@conditional
@returns(DeletedSchema, message="Storage provider deleted; what lies there was left as it is.")
@fails(StorageInUse)
def delete_storage_provider(provider_id: int, expected_version: int | None) -> Any:
    """Delete a storage provider that no job uses; what lies there stays."""
    return changes.delete_provider(provider_id, clock.utcnow(), expected_version=expected_version)


@blp.post("/test")
@requires("storage:write")
@takes(PlaceSchema)
@returns(StorageTestSchema)
@fails(TooManyWaiting)
def test_storage(body: dict[str, Any]) -> Any:
    """Connect, write, read back and remove a probe, within 15 s."""
    return testing.try_draft(body)


@blp.post("/<int:provider_id>/test")
@requires("storage:write")
@returns(StorageTestSchema)
@fails(TooManyWaiting)
def test_storage_provider(provider_id: int) -> Any:
    """Test a kept provider, and keep whether it is online."""
    return testing.try_provider(provider_id, clock.utcnow())


@blp.get("/<int:provider_id>/space")
@requires("storage:read")
@returns(StorageSpaceSchema)
@fails(TooManyWaiting)
def get_storage_space(provider_id: int) -> Any:
    """Show how full a storage is and how fast it grows."""
    return measuring.measure(provider_id, clock.utcnow())
