"""Alerts, as other domains ask for them."""

from app.alerts.models import Alert
from app.core.models import find_row


def has_alert(alert_id: int) -> bool:
    """Whether the caller's tenant has an alert with this id."""
    return find_row(Alert, alert_id) is not None
