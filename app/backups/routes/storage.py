"""What lies on a storage provider, under /storage/{id}/backups."""

from typing import Any

from app.backups.schemas.executions import ExecutionSchema
from app.backups.service import storage_use
from app.core.http import Blueprint, filters, requires, returns
from app.core.schemas import PageQuery

blp = Blueprint("stored_backups", __name__, description="What lies on a storage")


@blp.get("/storage/<int:provider_id>/backups")
@requires("backups:read")
@filters(PageQuery)
@returns(ExecutionSchema, page=True)
def list_stored_backups(query: dict[str, Any], provider_id: int) -> Any:
    """List the executions whose data lie on a storage provider, newest first."""
    return storage_use.list_backups(provider_id)
