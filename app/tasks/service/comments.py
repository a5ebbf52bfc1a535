"""What people write about things: added, read, changed by their authors."""

from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import Forbidden
from app.core.identity import Actor
from app.core.models import get_row
from app.core.pagination import Listing, Ordering
from app.tasks.models import Comment, Task
from app.tasks.service import people
from app.tasks.values import MANAGE_COMMENTS, TASK

MOST_SHOWN = 100
# What may be commented on, by the word that a comment keeps.
ENTITIES: dict[str, type[Any]] = {TASK: Task}
ORDERING = Ordering(
    key=Comment.id,
    columns={"id": Comment.id, "created_at": Comment.created_at},
    default="id",
)


def list_comments(entity_type: str, entity_id: int) -> Listing:
    """Raises NotFound."""
    get_row(ENTITIES[entity_type], entity_id)
    return Listing(_of(entity_type, entity_id), ORDERING)


def newest_comments(entity_type: str, entity_id: int) -> list[Comment]:
    """The newest, the oldest of them first."""
    newest = _of(entity_type, entity_id).order_by(Comment.id.desc()).limit(MOST_SHOWN)
    return list(reversed(db.session.scalars(newest).all()))


def count_comments(entity_type: str, entity_id: int) -> int:
    statement = select(func.count(Comment.id)).where(
        Comment.entity_type == entity_type, Comment.entity_id == entity_id
    )
    return db.session.scalar(statement) or 0


def add_comment(entity_type: str, entity_id: int, content: str, actor: Actor) -> Comment:
    """Raises NotFound."""
    # Locked, so that nobody deletes the thing while this is written.
    get_row(ENTITIES[entity_type], entity_id, for_change=True)
    comment = Comment(
        entity_type=entity_type,
        entity_id=entity_id,
        content=content,
        author_key=actor.key,
        **people.signature(actor, "author"),
    )
    db.session.add(comment)
    db.session.flush()
    return comment


def get_comment(comment_id: int, **options: Any) -> Comment:
    """Raises NotFound, also for one on a deleted thing."""
    comment = get_row(Comment, comment_id, **options)
    get_row(ENTITIES[comment.entity_type], comment.entity_id)
    return comment


def update_comment(
    comment_id: int, content: str | None, actor: Actor, *, expected_version: int | None
) -> Comment:
    """Raises NotFound, Forbidden, PreconditionFailed."""
    comment = _own(comment_id, actor, expected_version)
    if content is not None:
        comment.content = content
    db.session.flush()
    return comment


def delete_comment(comment_id: int, actor: Actor, *, expected_version: int | None) -> Comment:
    """Remove it for good; the audit log keeps what it said. Raises as `update_comment`."""
    comment = _own(comment_id, actor, expected_version)
    db.session.delete(comment)
    db.session.flush()
    return comment


def _own(comment_id: int, actor: Actor, expected_version: int | None) -> Comment:
    """The comment, for its author and for whoever may change anybody's."""
    comment = get_comment(comment_id, for_change=True, expected_version=expected_version)
    if comment.author_key != actor.key and not actor.can(MANAGE_COMMENTS):
        raise Forbidden(
            "Only its author may change a comment.", details={"required": MANAGE_COMMENTS}
        )
    return comment


def _of(entity_type: str, entity_id: int) -> Any:
    return select(Comment).where(Comment.entity_type == entity_type, Comment.entity_id == entity_id)
