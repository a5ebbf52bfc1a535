"""From a credential to an Actor: the one lookup behind every way in."""

from datetime import datetime

from sqlalchemy import select

from app.auth import cache
from app.auth.cache import Recognised
from app.auth.models import TokenFamily
from app.auth.rules import networks
from app.auth.service import client_tokens, keys, tokens
from app.auth.values import KEY_PREFIX
from app.core import clock
from app.core.errors import TenantSuspended, TokenExpired, TokenRevoked
from app.core.identity import Actor, Credential
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Membership, User
from app.users.values import PLATFORM_PERMISSIONS, permissions_of


def load_actor(credential: Credential) -> Actor:
    """Who sent this credential; raises a 401, or a 403 for a network or a suspended tenant.

    Costs one query at most every 5 seconds a token, and a row update a minute for a key.
    """
    return recognise(credential).actor


def recognise(credential: Credential) -> Recognised:
    """The same, with the time at which the credential ends."""
    token = cache.fingerprint(credential.token)
    found = cache.find(token)
    if found is None:
        generation = cache.generation()
        is_key = credential.token.startswith(KEY_PREFIX)
        found = keys.from_key(credential) if is_key else _from_jwt(credential)
        cache.keep(token, found, generation)
    if found.expires_at is not None and found.expires_at <= clock.utcnow():
        raise TokenExpired()
    networks.refuse_other(credential.address, found.allowed_networks)
    return found


def _from_jwt(credential: Credential) -> Recognised:
    claims = tokens.read_claims(credential.token)
    if claims.get("type") == client_tokens.KIND:
        return keys.from_client_token(client_tokens.read(claims), credential.address)
    claims = tokens.of_sign_in(claims, "access")
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
