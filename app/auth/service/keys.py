"""From an API key, or a token that it was given, to an Actor."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from app.auth.cache import Recognised
from app.auth.models import ApiKey
from app.auth.rules import networks
from app.auth.service.client_tokens import ClientToken, mark_of
from app.auth.service.secrets import split_key
from app.auth.values import USED_AT_STEP
from app.core import clock
from app.core.crypto import constant_time_equal
from app.core.db import db
from app.core.errors import InvalidCredentials, TenantSuspended, TokenRevoked
from app.core.identity import Actor, Credential
from app.core.secrets import keyed_hash
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Membership, User
from app.users.values import permissions_of

REPORT = "status:report"


def from_key(credential: Credential) -> Recognised:
    """The caller with this key; raises InvalidCredentials, TokenRevoked, TenantSuspended."""
    public_id, secret = split_key(credential.token)
    row = _find(ApiKey.public_id == public_id)
    if row is None:
        raise InvalidCredentials()
    secret_hash = keyed_hash(secret)
    ends = _ends(row[0], lambda kept: constant_time_equal(kept, secret_hash))
    if ends is None:
        raise InvalidCredentials()
    return _recognise(row, ends, credential.address)


def from_client_token(token: ClientToken, address: str) -> Recognised:
    """The caller with a token that this key was given; raises TokenRevoked, TenantSuspended.

    The token ends with the key, with the secret that it was asked for with, and at its own time.
    """
    row = _find(ApiKey.id == token.key_id)
    ends = _ends(row[0], lambda kept: mark_of(kept) == token.secret_mark) if row else None
    if row is None or ends is None:
        raise TokenRevoked()
    return _recognise(row, [*ends, token.expires_at], address, token.scope)


def _find(condition: ColumnElement[bool]) -> Any:
    """The key with its tenant, its creator and the creator's place there."""
    with unscoped(read_only=True) as session:
        return session.execute(
            select(ApiKey, Tenant, User, Membership)
            .join(Tenant, Tenant.id == ApiKey.tenant_id)
            .outerjoin(User, User.id == ApiKey.created_by)
            .outerjoin(
                Membership,
                (Membership.user_id == User.id) & (Membership.tenant_id == Tenant.id),
            )
            .where(condition)
        ).one_or_none()


def _ends(key: ApiKey, is_it: Callable[[str], bool]) -> list[datetime] | None:
    """The times that end the key's secret that `is_it` knows by its hash; None for neither.

    The previous secret ends with the rotation's overlap, or with the key if that is sooner.
    """
    own = [] if key.expires_at is None else [key.expires_at]
    if is_it(key.secret_hash):
        return own
    if key.previous_hash is None or key.previous_expires_at is None:
        return None
    return [*own, key.previous_expires_at] if is_it(key.previous_hash) else None


def _recognise(
    row: Any, ends: list[datetime], address: str, scope: frozenset[str] | None = None
) -> Recognised:
    key, tenant, creator, membership = row
    now = clock.utcnow()
    if key.revoked_at is not None:
        raise TokenRevoked()
    permissions = _key_permissions(key, creator, membership)
    if scope is not None:
        permissions &= scope
    if tenant.is_suspended:
        permissions &= {REPORT}
        if not permissions:
            raise TenantSuspended()
    expires_at = min(ends, default=None)
    allowed = tuple(key.allowed_networks)
    if (expires_at is None or expires_at > now) and networks.is_allowed(address, allowed):
        _note_use(key, now)
    return Recognised(
        Actor(
            tenant_id=tenant.id,
            kind="api_key",
            name=key.name,
            role=key.role,
            permissions=permissions,
            api_key_id=key.id,
            is_suspended=tenant.is_suspended,
        ),
        expires_at,
        allowed,
    )


def _key_permissions(
    key: ApiKey, creator: User | None, membership: Membership | None
) -> frozenset[str]:
    """A key's permissions are a part of its creator's, also after those have shrunk."""
    own = permissions_of(key.role) if key.role else frozenset(key.permissions or ())
    if key.created_by is None:
        return own
    if creator is None or not creator.is_active or membership is None or not membership.is_active:
        raise TokenRevoked()
    return own & permissions_of(membership.role)


def _note_use(key: ApiKey, now: datetime) -> None:
    """Keep `last_used_at`, at most once a minute; of two callers at once one writes."""
    if key.last_used_at is not None and now - key.last_used_at < USED_AT_STEP:
        return
    with unscoped():
        _touch(key.id, now)


def _touch(key_id: int, now: datetime) -> None:
    table: Any = ApiKey.__table__
    db.session.execute(
        update(table)
        .where(
            table.c.id == key_id,
            or_(table.c.last_used_at.is_(None), table.c.last_used_at <= now - USED_AT_STEP),
        )
        # Being used is no change of the key.
        .values(last_used_at=now, updated_at=table.c.updated_at)
        .execution_options(tenant_named=True)
    )
