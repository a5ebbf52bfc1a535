"""Adding to the log of an execution that is kept elsewhere than in this process."""

import re
from collections.abc import Iterable
from datetime import datetime

from app.backups.models import ExecutionLog
from app.backups.rules.log_buffer import LogBuffer
from app.backups.rules.readable import readable
from app.backups.values import LOG_HEAD_BYTES, LOG_TAIL_BYTES
from app.core import clock
from app.core.db import db

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def append_lines(execution_id: int, tenant_id: int, lines: Iterable[str], now: datetime) -> None:
    """Add lines, each under this moment; the middle of a log that grows too long falls out.

    The execution's row must be locked: two who add at once would overwrite each other.
    """
    row = db.session.get(ExecutionLog, execution_id, populate_existing=True)
    if row is None:
        row = ExecutionLog(
            execution_id=execution_id, tenant_id=tenant_id, head="", tail="", dropped_bytes=0
        )
        db.session.add(row)
    buffer = LogBuffer.resume(
        row.head,
        row.tail,
        row.dropped_bytes,
        head_bytes=LOG_HEAD_BYTES,
        tail_bytes=LOG_TAIL_BYTES,
    )
    stamp = clock.to_wire(now)
    for line in lines:
        for part in line.splitlines() or [""]:
            buffer.append(f"{stamp} {_CONTROL.sub('?', readable(part))}")
    row.head, row.tail, row.dropped_bytes = buffer.head, buffer.tail, buffer.dropped_bytes
    db.session.flush()
