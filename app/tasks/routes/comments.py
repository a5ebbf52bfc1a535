"""What people write about tasks, under /tasks/{id}/comments and /comments."""

from typing import Any

from app.core.http import Blueprint, conditional, filters, requires, returns, takes
from app.core.identity import current_actor
from app.core.schemas import DeletedSchema, PageQuery
from app.tasks.schemas.comments import CommentCreateSchema, CommentSchema, CommentUpdateSchema
from app.tasks.service import comments
from app.tasks.values import TASK

blp = Blueprint("comments", __name__, description="What people write", resource="comment")


@blp.get("/tasks/<int:task_id>/comments")
@requires("tasks:read")
@filters(PageQuery)
@returns(CommentSchema, page=True)
def list_task_comments(query: dict[str, Any], task_id: int) -> Any:
    """List what was written about a task, the oldest first."""
    return comments.list_comments(TASK, task_id)


@blp.post("/tasks/<int:task_id>/comments")
@requires("comments:write")
@takes(CommentCreateSchema)
@returns(CommentSchema, status=201, location="/api/v1/comments/{id}")
def add_task_comment(body: dict[str, Any], task_id: int) -> Any:
    """Write something about a task."""
    return comments.add_comment(TASK, task_id, body["content"], current_actor())


@blp.get("/comments/<int:comment_id>")
@requires("tasks:read")
@returns(CommentSchema)
def get_comment(comment_id: int) -> Any:
    """Show a comment."""
    return comments.get_comment(comment_id)


@blp.put("/comments/<int:comment_id>")
@requires("comments:write")
@takes(CommentUpdateSchema)
@conditional
@returns(CommentSchema)
def update_comment(body: dict[str, Any], comment_id: int, expected_version: int | None) -> Any:
    """Change a comment of one's own; an administrator may change anybody's."""
    return comments.update_comment(
        comment_id, body["content"], current_actor(), expected_version=expected_version
    )


@blp.delete("/comments/<int:comment_id>")
@requires("comments:write")
@conditional
@returns(DeletedSchema, message="Comment deleted.")
def delete_comment(comment_id: int, expected_version: int | None) -> Any:
    """Delete a comment of one's own; an administrator may delete anybody's."""
    return comments.delete_comment(comment_id, current_actor(), expected_version=expected_version)
