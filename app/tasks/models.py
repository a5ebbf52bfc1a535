"""People's work, how it went, and what was written about it."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, SoftDeleted, Timed, Versioned, partial_index
from app.core.tenancy import TenantScoped
from app.tasks.values import LONGEST_COMMENT, LONGEST_TITLE, NO_DAY, OPEN
from app.users.models import User


class Task(Row, TenantScoped, Timed, Versioned, SoftDeleted, Base):
    """A piece of work for a person.

    `urgency` and `due_day` are `priority` and `due_date` as numbers, so that a list can be
    sorted by them; `search_text` is what `search` looks through, case-folded.
    `event_id` is what people say that it is about, `made_from_event_id` the event that it was
    made from by create-task: an event has one such task that is not deleted. The latter outlives
    the event, whose number is never given out again.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        partial_index(
            "uq_tasks_made_from_event",
            "made_from_event_id",
            where="deleted_at IS NULL",
            unique=True,
        ),
        Index("ix_tasks_tenant_created", "tenant_id", "created_at", "id"),
        Index("ix_tasks_tenant_due", "tenant_id", "due_day", "id"),
        Index("ix_tasks_tenant_urgency", "tenant_id", "urgency", "id"),
        partial_index(
            "ix_tasks_standing", "tenant_id", "status", "priority", where="deleted_at IS NULL"
        ),
        Index("ix_tasks_assigned", "assigned_user_id", "tenant_id"),
        Index("ix_tasks_event", "event_id"),
        Index("ix_tasks_alert", "alert_id"),
        {"sqlite_autoincrement": True},
    )
    label = "task"
    audit_name = "task"

    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    description: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(15), default=OPEN)
    priority: Mapped[str] = mapped_column(String(10))
    urgency: Mapped[int] = mapped_column(Integer, info={"derived": True})
    due_date: Mapped[date | None] = mapped_column(Date)
    due_day: Mapped[int] = mapped_column(Integer, default=NO_DAY, info={"derived": True})
    assigned_user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    event_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("events.id", ondelete="SET NULL")
    )
    made_from_event_id: Mapped[int | None] = mapped_column(BigId)
    alert_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("alerts.id", ondelete="SET NULL")
    )
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_kind: Mapped[str] = mapped_column(String(15))
    created_by_id: Mapped[int | None] = mapped_column(BigId)
    created_by_name: Mapped[str] = mapped_column(String(200))
    search_text: Mapped[str] = mapped_column(Text, default="")

    assignee: Mapped[User | None] = relationship(lazy="selectin")

    @property
    def assigned_user_name(self) -> str | None:
        return self.assignee.full_name if self.assignee else None

    @property
    def created_by(self) -> int | None:
        """The person's id; a machine has none."""
        return self.created_by_id if self.created_by_kind == "user" else None


class TaskMove(Row, TenantScoped, Base):
    """A task went from one status to another."""

    __tablename__ = "task_moves"
    __table_args__ = (Index("ix_task_moves_task", "task_id", "id"), {"sqlite_autoincrement": True})

    task_id: Mapped[int] = mapped_column(BigId, ForeignKey("tasks.id", ondelete="CASCADE"))
    from_status: Mapped[str] = mapped_column(String(15))
    to_status: Mapped[str] = mapped_column(String(15))
    comment: Mapped[str | None] = mapped_column(String(LONGEST_COMMENT))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by_kind: Mapped[str] = mapped_column(String(15))
    moved_by_id: Mapped[int | None] = mapped_column(BigId)
    moved_by_name: Mapped[str] = mapped_column(String(200))


class Comment(Row, TenantScoped, Timed, Versioned, Base):
    """What somebody wrote about a thing, whatever kind of thing it is.

    `author_key` is by what the author is known again (`Actor.key`), whatever way in it takes.
    """

    __tablename__ = "comments"
    __table_args__ = (
        Index("ix_comments_entity", "tenant_id", "entity_type", "entity_id", "id"),
        {"sqlite_autoincrement": True},
    )
    label = "comment"
    audit_name = "comment"

    entity_type: Mapped[str] = mapped_column(String(30))
    entity_id: Mapped[int] = mapped_column(BigId)
    content: Mapped[str] = mapped_column(String(LONGEST_COMMENT))
    author_key: Mapped[str] = mapped_column(String(100))
    author_kind: Mapped[str] = mapped_column(String(15))
    author_id: Mapped[int | None] = mapped_column(BigId)
    author_name: Mapped[str] = mapped_column(String(200))
