"""The words, names and limits of the legacy PowerShell API."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

STATUS: Final = "status"
UPDATE_STATUS: Final = "update-status"
RECORD_EXECUTION: Final = "record-execution"
COPY_STATUS: Final = "copy-status"
UPDATE_COPY_STATUS: Final = "update-copy-status"

STATUS_ENDPOINTS: Final = (STATUS, UPDATE_STATUS, RECORD_EXECUTION)
COPY_ENDPOINTS: Final = (COPY_STATUS, UPDATE_COPY_STATUS)
LAST_EXECUTION: Final = "last-execution"
ENDPOINTS: Final = (*STATUS_ENDPOINTS, *COPY_ENDPOINTS, LAST_EXECUTION)

# When this API was deprecated, 2026-11-21, as RFC 9745 spells it.
DEPRECATION: Final = "@1795219200"
DEPRECATION_LINK: Final = '</api/docs>; rel="deprecation"'

OPEN: Final = "open"
ACCEPTED: Final = "accepted"
DISMISSED: Final = "dismissed"
REPORT_STATUSES: Final = (OPEN, ACCEPTED, DISMISSED)
MAX_REJECTED: Final = 1_000
REJECTED_KEPT: Final = timedelta(days=30)
# A post is told from a repeat by its date, however old; beyond the longest schedule there is, a
# year, and a month to be late in, no script sends the same run again.
POSTS_KEPT: Final = timedelta(days=400)

SUCCESS: Final = "success"
RESULTS: Final = (SUCCESS, "failed", "warning")
COPY_STATUSES: Final = (*RESULTS, "unknown")

MAX_NESTING: Final = 32
MAX_FIELD_NAME: Final = 100
MAX_UNKNOWN_FIELDS: Final = 20
MAX_ERROR_MESSAGE: Final = 10_000
MAX_SOURCE_SYSTEM: Final = 100
DEFAULT_SOURCE_SYSTEM: Final = "powershell"

Value = TypeVar("Value")


@dataclass(frozen=True)
class Reading(Generic[Value]):
    """What a field said; `value` is None when it is not known, and `warning` then says why."""

    value: Value | None
    warning: str | None = None
