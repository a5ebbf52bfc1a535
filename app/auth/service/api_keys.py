"""API keys: made, listed, rotated with an overlap, revoked at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from app.auth import cache
from app.auth.models import ApiKey
from app.auth.service.secrets import NewSecret, new_secret
from app.auth.values import DEFAULT_OVERLAP_HOURS
from app.core import ids
from app.core.db import after_commit, db
from app.core.errors import Conflict, Forbidden, NotFound, ValidationFailed
from app.core.identity import Actor
from app.core.models import get_row
from app.core.pagination import Listing, Ordering
from app.tenants.models import Tenant
from app.users.values import canonical_role, permissions_of

ORDERING = Ordering(
    key=ApiKey.id,
    columns={"id": ApiKey.id, "name": ApiKey.name, "created_at": ApiKey.created_at},
    default="-id",
)


class ShownKey:
    """A key with its secret, which is shown this once."""

    def __init__(self, row: ApiKey, made: NewSecret) -> None:
        self._row = row
        self.key = made.key
        self.client_id = made.client_id
        self.client_secret = made.secret

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def list_keys() -> Listing:
    return Listing(select(ApiKey), ORDERING)


def get_key(key_id: int) -> ApiKey:
    return get_row(ApiKey, key_id)


def create_key(
    actor: Actor,
    now: datetime,
    *,
    name: str,
    role: str | None = None,
    permissions: list[str] | None = None,
    expires_at: datetime | None = None,
    allowed_networks: list[str] | None = None,
) -> ShownKey:
    """Make a key that may do a part of what its creator may.

    Raises ValidationFailed, and Forbidden with the permissions that the creator lacks.
    """
    if (role is None) == (permissions is None):
        raise ValidationFailed.on("role", "Give a role or a list of permissions, one of them.")
    if expires_at is not None and expires_at <= now:
        raise ValidationFailed.on("expires_at", "Must lie in the future.")
    role = canonical_role(role) if role else None
    _refuse_more(actor, role, permissions)
    made = new_secret(ids.new_public_id())
    row = ApiKey(
        public_id=made.public_id,
        name=name,
        secret_hash=made.hash,
        role=role,
        permissions=None if permissions is None else sorted(set(permissions)),
        expires_at=expires_at,
        allowed_networks=allowed_networks or [],
        created_by=_person_behind(actor),
    )
    db.session.add(row)
    db.session.flush()
    return ShownKey(row, made)


def rotate_key(
    actor: Actor, key_id: int, now: datetime, overlap_hours: int = DEFAULT_OVERLAP_HOURS
) -> ShownKey:
    """Give the key a new secret; the old one stays valid for `overlap_hours` (0 ends it now).

    Raises NotFound, Conflict for a revoked key, and Forbidden for one that may do more than
    the caller: its new secret would lend the caller those rights.
    """
    row = get_row(ApiKey, key_id, for_change=True)
    _refuse_more(actor, row.role, row.permissions)
    if row.revoked_at is not None:
        raise Conflict("A revoked key cannot be rotated.", details={"revoked_at": True})
    made = new_secret(row.public_id)
    row.previous_hash = row.secret_hash
    row.previous_expires_at = now + timedelta(hours=overlap_hours)
    row.secret_hash = made.hash
    db.session.flush()
    after_commit(cache.forget_all)
    return ShownKey(row, made)


def revoke_key(key_id: int, now: datetime, *, expected_version: int | None = None) -> ApiKey:
    """End a key at once; raises NotFound, also for one that was revoked before."""
    row = get_row(ApiKey, key_id, for_change=True, expected_version=expected_version)
    if row.revoked_at is not None:
        raise NotFound("This key was revoked before.", details={"id": key_id})
    row.revoked_at = now
    db.session.flush()
    after_commit(cache.forget_all)
    return row


def ended_among(key_ids: Iterable[int], now: datetime) -> set[int]:
    """Which of these keys can be used no more: revoked, expired, or of a suspended tenant.

    Needs an unscoped session.
    """
    is_over = or_(ApiKey.revoked_at.is_not(None), ApiKey.expires_at <= now, Tenant.is_suspended)
    statement = (
        select(ApiKey.id)
        .join(Tenant, Tenant.id == ApiKey.tenant_id)
        .where(ApiKey.id.in_(key_ids), is_over)
    )
    return set(db.session.scalars(statement))


def _refuse_more(actor: Actor, role: str | None, permissions: list[str] | None) -> None:
    wanted = permissions_of(role) if role else frozenset(permissions or ())
    lacking = sorted(wanted - actor.permissions)
    if lacking:
        raise Forbidden("A key may do no more than you may.", details={"required": lacking})


def _person_behind(actor: Actor) -> int | None:
    """The user whose rights bound a new key: a key that makes a key hands its own maker on."""
    if actor.api_key_id is None:
        return actor.user_id
    return get_row(ApiKey, actor.api_key_id).created_by
