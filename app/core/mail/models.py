"""A mail that waits to be sent, or was."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.models import Row, partial_index
from app.core.secrets import SECRET, Encrypted


class OutgoingMail(Row, Base):
    """A mail of the system's own (an invite, a reset link), which belongs to no tenant.

    `next_attempt_at` is null once it was sent or given up; `body` is emptied then. While it is
    being sent it is the end of the lease: who finds it past takes the row over, and knows by
    `attempts` whether it is still theirs. `message_id` is what each attempt is sent under.
    """

    __tablename__ = "outgoing_mails"
    __table_args__ = (
        partial_index(
            "ix_outgoing_mails_due", "next_attempt_at", where="next_attempt_at IS NOT NULL"
        ),
        {"sqlite_autoincrement": True},
    )

    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str | None] = mapped_column(Encrypted, info=SECRET)
    message_id: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(500))
