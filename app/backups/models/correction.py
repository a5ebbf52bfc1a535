"""A correction: what a later report changed of a run that an event had told of."""

from datetime import datetime

from sqlalchemy import BigInteger, Float, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row
from app.core.tenancy import TenantScoped


class RunCorrection(Row, TenantScoped, Base):
    """A run as it was counted (`runs` is -1), or as it is to be counted from now on (1).

    The row waits until it has been added to the roll-ups, and is removed with that.
    """

    __tablename__ = "run_corrections"

    execution_id: Mapped[int] = mapped_column(BigId)
    runs: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(String(10))
    execution_date: Mapped[datetime] = mapped_column(UtcDateTime)
    backup_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    duration_seconds: Mapped[float | None] = mapped_column(Float)
