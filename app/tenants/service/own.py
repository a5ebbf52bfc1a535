"""What a tenant decides for itself: its name, its hours, and how it is watched over."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from app.core.db import after_commit, db
from app.core.errors import ValidationFailed
from app.core.models import get_row
from app.core.ports import Port
from app.core.settings import settings
from app.core.tenancy import current_tenant_id
from app.events import service as events
from app.events.service import Fact
from app.events.values import MONITORING_CHANGED
from app.tenants.models import Tenant
from app.tenants.monitoring import NAMES, Monitoring, complete, forget_recent

# Who is told lies above the tenants.
channels_of: Port[[], Sequence[Any]] = Port("tenants.channels_of")
_SHOWN = (
    *("id", "slug", "name", "timezone", "quiet_hours", "is_suspended"),
    *("created_at", "updated_at", "version"),
)


def get_own() -> Any:
    """The caller's tenant, with the settings that hold for it."""
    return _shown(get_row(Tenant, current_tenant_id()))


def update_own(fields: dict[str, Any], now: datetime, *, expected_version: int | None) -> Any:
    """Set the given fields of the caller's tenant; null brings a default back.

    Those who follow the event log are told when it is watched over in another way. Raises
    PreconditionFailed, and ValidationFailed for limits that contradict each other.
    """
    tenant_id = current_tenant_id()
    tenant = get_row(Tenant, tenant_id, for_change=True, expected_version=expected_version)
    before = _monitoring(tenant)
    for name, value in fields.items():
        is_cleared = name == "timezone" and value is None
        setattr(tenant, name, settings()["DEFAULT_TIMEZONE"] if is_cleared else value)
    after = _monitoring(tenant)
    _check(after, fields)
    changed = [name for name in NAMES if getattr(before, name) != getattr(after, name)]
    if changed:
        title = "How the tenant is watched over was changed"
        fact = Fact(
            MONITORING_CHANGED, title, now, "tenant", tenant_id, data={"changed": sorted(changed)}
        )
        events.record(fact, tenant_id=tenant_id)
        after_commit(forget_recent)
    db.session.flush()
    return _shown(tenant)


def _check(found: Monitoring, fields: dict[str, Any]) -> None:
    if found.storage_ok_percent > found.storage_low_percent:
        return
    name = "storage_ok_percent" if "storage_ok_percent" in fields else "storage_low_percent"
    raise ValidationFailed.on(
        name,
        f"storage_ok_percent ({found.storage_ok_percent}) must be more than "
        f"storage_low_percent ({found.storage_low_percent}).",
    )


def _monitoring(tenant: Tenant) -> Monitoring:
    return complete({name: getattr(tenant, name) for name in NAMES})


def _shown(tenant: Tenant) -> SimpleNamespace:
    own = {name: getattr(tenant, name) for name in _SHOWN}
    held = asdict(_monitoring(tenant))
    return SimpleNamespace(**held, **own, notification_channels=channels_of())
