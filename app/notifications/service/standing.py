"""Whether anybody is told at all: not a suspended tenant, nor by a channel that is gone or off."""

from app.core.db import db
from app.notifications.models import NotificationChannel
from app.notifications.values import DROPPED, SUPPRESSED
from app.tenants.models import Tenant

UNSENT = {
    SUPPRESSED: "The tenant is suspended: nobody is told.",
    DROPPED: "The channel was deleted or switched off before it could be sent.",
}


def is_suspended(tenant_id: int) -> bool:
    """Whether the tenant is told nothing."""
    return db.session.get_one(Tenant, tenant_id).is_suspended


def why_unsent(channel: NotificationChannel) -> str | None:
    """The status of what is not sent; None when it is to be sent."""
    if is_suspended(channel.tenant_id):
        return SUPPRESSED
    return None if channel.is_active and channel.deleted_at is None else DROPPED
