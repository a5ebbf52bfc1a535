"""What a script said of a run or of a copy, once its body was read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StatusReport:
    """What a script said of one run; times are UTC as sent, None where it said nothing usable.

    `single_date` is the one date of /status, of which a script does not say whether it is the
    start or the end. `details` is the text of /record-execution whatever the result was.
    """

    job_id: int
    result: str
    started_at: datetime | None
    finished_at: datetime | None
    single_date: datetime | None
    size_bytes: int | None
    duration_seconds: float | None
    error_message: str | None
    details: str | None
    source_system: str
    warnings: tuple[str, ...]
    unknown_fields: tuple[str, ...]


@dataclass(frozen=True)
class CopyReport:
    """What a script said of one copy: /copy-status names the copy, /update-copy-status the job.

    `status` is None when /copy-status left it out: the stored one stands.
    """

    copy_id: int | None
    job_id: int | None
    status: str | None
    date: datetime | None
    size_bytes: int | None
    duration_seconds: float | None
    error_message: str | None
    warnings: tuple[str, ...]
    unknown_fields: tuple[str, ...]
