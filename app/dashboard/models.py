"""What is kept of the dashboard: runs and events, counted by the hour and by the day."""

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId
from app.core.models import Row
from app.core.tenancy import TenantScoped


class RunRollup(Row, TenantScoped, Base):
    """The final backups of an hour or a day with one result; only the fold writes it.

    Their bytes are `gibibytes` x 2^30 + `odd_bytes`; `milliseconds` is the sum over those whose
    duration is known, the `timed_runs`.
    """

    __tablename__ = "run_rollups"
    __table_args__ = (
        Index("uq_run_rollups_bucket", "tenant_id", "unit", "bucket", "result", unique=True),
        {"sqlite_autoincrement": True},
    )

    unit: Mapped[int] = mapped_column(Integer)
    bucket: Mapped[str] = mapped_column(String(13))
    result: Mapped[str] = mapped_column(String(10))
    runs: Mapped[int] = mapped_column(BigInteger)
    gibibytes: Mapped[int] = mapped_column(BigInteger)
    odd_bytes: Mapped[int] = mapped_column(BigInteger)
    timed_runs: Mapped[int] = mapped_column(BigInteger)
    milliseconds: Mapped[int] = mapped_column(BigInteger)


class EventRollup(Row, TenantScoped, Base):
    """The events of an hour or a day, deleted ones too, of a type, severity and source."""

    __tablename__ = "event_rollups"
    __table_args__ = (
        Index(
            "uq_event_rollups_bucket",
            *("tenant_id", "unit", "bucket", "type", "severity", "source"),
            unique=True,
        ),
        {"sqlite_autoincrement": True},
    )

    unit: Mapped[int] = mapped_column(Integer)
    bucket: Mapped[str] = mapped_column(String(13))
    type: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(100))
    events: Mapped[int] = mapped_column(BigInteger)


class RollupPosition(Base):
    """How far the event log is in the roll-ups; it belongs to no tenant.

    Null before the roll-ups were made.
    """

    __tablename__ = "rollup_positions"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    read_xid: Mapped[int | None] = mapped_column(BigInteger)
    read_id: Mapped[int | None] = mapped_column(BigId)
