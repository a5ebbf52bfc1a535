"""Where a job's copies lie, under /backups/{id}/copies and /copies."""

from typing import Any

from app.backups.errors import SystemCopy
from app.backups.schemas.copies import CopyCreateSchema, CopySchema, CopyUpdateSchema
from app.backups.service import copies
from app.core import clock
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.schemas import DeletedSchema, PageQuery

blp = Blueprint("copies", __name__, description="Where copies lie", resource="backup_copy")


@blp.get("/backups/<int:job_id>/copies")
@requires("backups:read")
@filters(PageQuery)
@returns(CopySchema, page=True)
def list_copies(query: dict[str, Any], job_id: int) -> Any:
    """List where a job's copies lie; its own repository is the first."""
    return copies.list_copies(job_id)


@blp.post("/backups/<int:job_id>/copies")
@requires("backups:write")
@takes(CopyCreateSchema)
@returns(CopySchema, status=201, location="/api/v1/copies/{id}")
def create_copy(body: dict[str, Any], job_id: int) -> Any:
    """Tell of a further copy of a job's data."""
    return copies.create_copy(job_id, body, clock.utcnow())


@blp.get("/copies/<int:copy_id>")
@requires("backups:read")
@returns(CopySchema)
def get_copy(copy_id: int) -> Any:
    """Show a copy."""
    return copies.get_copy(copy_id)


@blp.put("/copies/<int:copy_id>")
@requires("backups:write")
@takes(CopyUpdateSchema)
@conditional
@returns(CopySchema)
@fails(SystemCopy)
def update_copy(body: dict[str, Any], copy_id: int, expected_version: int | None) -> Any:
    """Change the given fields of a copy."""
    return copies.update_copy(copy_id, body, clock.utcnow(), expected_version=expected_version)


@blp.delete("/copies/<int:copy_id>")
@requires("backups:write")
@conditional
@returns(DeletedSchema, message="Copy forgotten; nothing was removed where it lies.")
@fails(SystemCopy)
def delete_copy(copy_id: int, expected_version: int | None) -> Any:
    """Forget a copy; nothing is removed where it lies."""
    return copies.delete_copy(copy_id, clock.utcnow(), expected_version=expected_version)
