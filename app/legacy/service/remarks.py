"""What the log says of a report that landed: what was not known, and what was ignored."""

from collections.abc import Iterable
from threading import Lock

from app.core.logging import get_logger
from app.legacy.service.arrivals import Arrival

log = get_logger("legacy")
REMEMBERED = 10_000
_lock = Lock()
_told: dict[tuple[int, str, str, str], None] = {}


def log_remarks(arrival: Arrival, warnings: Iterable[str], unknown_fields: Iterable[str]) -> None:
    """Log each warning, and each unknown field once a caller and endpoint.

    This process remembers the last 10,000 fields; one that fell out is logged again.
    """
    facts = {"caller": arrival.caller, "endpoint": arrival.endpoint}
    for warning in warnings:
        log.warning("report_warning", warning=warning, **facts)
    for field in unknown_fields:
        if _is_new((arrival.tenant_id, arrival.caller, arrival.endpoint, field)):
            log.warning("unknown_field_ignored", field=field, **facts)


def _is_new(remark: tuple[int, str, str, str]) -> bool:
    with _lock:
        if remark in _told:
            return False
        if len(_told) >= REMEMBERED:
            del _told[next(iter(_told))]
        _told[remark] = None
        return True
