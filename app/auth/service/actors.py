"""From a credential to an Actor: the one lookup behind every way in."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from sqlalchemy import or_, select, update

from app.auth import cache
from app.auth.cache import Recognised
from app.auth.models import ApiKey, TokenFamily
from app.auth.service.secrets import matches, split_key
from app.auth.service.tokens import read_token
from app.auth.values import KEY_PREFIX, USED_AT_STEP
from app.core import clock
from app.core.db import db
from app.core.errors import (
    DomainError,
    Forbidden,
    InvalidCredentials,
    TenantSuspended,
    TokenExpired,
    TokenRevoked,
)
from app.core.identity import Actor, Credential
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Membership, User
from app.users.values import PLATFORM_PERMISSIONS, permissions_of

REPORT = "status:report"


def load_actor(credential: Credential) -> Actor:
    """Who sent this credential; raises a 401, or a 403 for a network or a suspended tenant.

    Costs one query at most every 5 seconds a token, and a row update a minute for a key.
    """
    token = cache.fingerprint(credential.token)
    found = cache.find(token)
    if found is None:
        generation = cache.generation()
        is_key = credential.token.startswith(KEY_PREFIX)
        found = _from_key(credential) if is_key else _from_jwt(credential.token)
        cache.keep(token, found, generation)
    if found.expires_at is not None and found.expires_at <= clock.utcnow():
        raise TokenExpired()
    _refuse_other_networks(found, credential.address)
    return found.actor


def _from_jwt(token: str) -> Recognised:
    claims = read_token(token, "access")
    with unscoped(read_only=True) as session:
        row = session.execute(
            select(TokenFamily, User, Membership, Tenant)
            .join(User, User.id == TokenFamily.user_id)
            .join(Tenant, Tenant.id == TokenFamily.tenant_id)
            .outerjoin(
                Membership,
                (Membership.user_id == User.id) & (Membership.tenant_id == Tenant.id),
            )
            .where(TokenFamily.id == claims["fam"], User.id == claims["sub"])
        ).one_or_none()
    if row is None:
        raise TokenRevoked()
    family, user, membership, tenant = row
    is_current = family.revoked_at is None and family.auth_epoch == user.auth_epoch
    if not (is_current and user.is_active and membership and membership.is_active):
        raise TokenRevoked()
    if tenant.is_suspended:
        raise TenantSuspended()
    actor = actor_of(user, tenant, membership.role, session_id=family.id)
    return Recognised(actor, datetime.fromtimestamp(claims["exp"], clock.utcnow().tzinfo))


def actor_of(user: User, tenant: Tenant, role: str, *, session_id: int | None) -> Actor:
    """A person as the caller of a request."""
    is_above_all = user.is_platform_admin
    return Actor(
        tenant_id=tenant.id,
        kind="user",
        name=user.username,
        role=role,
        permissions=permissions_of(role) | (PLATFORM_PERMISSIONS if is_above_all else frozenset()),
        user_id=user.id,
        session_id=session_id,
        is_platform_admin=is_above_all,
    )


def _from_key(credential: Credential) -> Recognised:
    public_id, secret = split_key(credential.token)
    now = clock.utcnow()
    with unscoped(read_only=True) as session:
        row = session.execute(
            select(ApiKey, Tenant, User, Membership)
            .join(Tenant, Tenant.id == ApiKey.tenant_id)
            .outerjoin(User, User.id == ApiKey.created_by)
            .outerjoin(
                Membership,
                (Membership.user_id == User.id) & (Membership.tenant_id == Tenant.id),
            )
            .where(ApiKey.public_id == public_id)
        ).one_or_none()
    if row is None:
        raise InvalidCredentials()
    key, tenant, creator, membership = row
    expires_at = _expiry(key, secret, now)
    if key.revoked_at is not None:
        raise TokenRevoked()
    permissions = _key_permissions(key, creator, membership)
    if tenant.is_suspended:
        permissions &= {REPORT}
        if not permissions:
            raise TenantSuspended()
    networks = tuple(key.allowed_networks)
    if (expires_at is None or expires_at > now) and _is_allowed(credential.address, networks):
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
        networks,
    )


def _expiry(key: ApiKey, secret: str, now: datetime) -> datetime | None:
    """When this secret of the key ends; raises InvalidCredentials for a wrong one.

    The previous secret ends with the rotation's overlap, or with the key if that is sooner.
    """
    if matches(key.secret_hash, secret):
        return key.expires_at
    if key.previous_hash is None or not matches(key.previous_hash, secret):
        raise InvalidCredentials()
    ends = [moment for moment in (key.previous_expires_at, key.expires_at) if moment is not None]
    return min(ends, default=now)


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


def _refuse_other_networks(found: Recognised, address: str) -> None:
    if not _is_allowed(address, found.allowed_networks):
        raise _outside(address)


def _is_allowed(address: str, networks: tuple[str, ...]) -> bool:
    return not networks or any(_is_inside(address, network) for network in networks)


def _outside(address: str) -> DomainError:
    return Forbidden(
        "This key may not be used from here.", details={"address": [f"{address} is not allowed."]}
    )


def _is_inside(address: str, network: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    # A server that listens on both families sees an IPv4 caller as ::ffff:192.0.2.1.
    mapped = caller.ipv4_mapped if isinstance(caller, IPv6Address) else None
    return (mapped or caller) in ip_network(network)
