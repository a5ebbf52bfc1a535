"""Token families: a pair at sign-in, rotated at each refresh, revoked as one."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import ExpiredSignatureError, PyJWTError
from sqlalchemy import update

from app.auth import cache
from app.auth.models import TokenFamily
from app.auth.values import ACCESS_LIFETIME, REFRESH_LIFETIME, REUSE
from app.core import clock
from app.core.db import after_commit, db
from app.core.errors import InvalidCredentials, TokenExpired, TokenRevoked
from app.core.tenancy import showing_every_tenant
from app.users.models import User

_TABLE: Any = TokenFamily.__table__


@dataclass(frozen=True)
class Pair:
    """An access token and the refresh token that gives the next pair."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105


def start_family(user: User, tenant_id: int, now: datetime) -> tuple[Pair, int]:
    """A new sign-in's pair and its family's id, in the current transaction."""
    family = TokenFamily(
        user_id=user.id,
        tenant_id=tenant_id,
        auth_epoch=user.auth_epoch,
        refresh_jti=str(uuid.uuid4()),
        created_at=now,
        expires_at=now + REFRESH_LIFETIME,
    )
    db.session.add(family)
    db.session.flush()
    return _pair(family.id, family.user_id, family.refresh_jti), family.id


def read_claims(token: str) -> dict[str, Any]:
    """The claims of a genuine token, of whatever kind.

    Raises TokenExpired, and InvalidCredentials for anything forged or unsigned.
    """
    try:
        claims: dict[str, Any] = decode_token(token)
        known = {**claims, "sub": int(claims["sub"])}
        is_over = claims["exp"] <= clock.utcnow().timestamp()
    except ExpiredSignatureError as exc:
        raise TokenExpired() from exc
    except (PyJWTError, JWTExtendedException, KeyError, TypeError, ValueError) as exc:
        raise InvalidCredentials() from exc
    except RecursionError as exc:
        # The header is parsed before the signature is verified: anyone can nest it deeply.
        raise InvalidCredentials() from exc
    if is_over:
        raise TokenExpired()
    return known


def read_token(token: str, kind: str) -> dict[str, Any]:
    """The claims of a genuine token of this kind (`access` or `refresh`) of a sign-in.

    Raises TokenExpired, and InvalidCredentials for anything forged, unsigned or of another kind.
    """
    return of_sign_in(read_claims(token), kind)


def of_sign_in(claims: dict[str, Any], kind: str) -> dict[str, Any]:
    """The claims of a sign-in's token of this kind; raises InvalidCredentials for any other."""
    if claims.get("type") != kind or not isinstance(claims.get("fam"), int):
        raise InvalidCredentials()
    return claims


def rotate(token: str, now: datetime) -> tuple[Pair, TokenFamily]:
    """The next pair for a refresh token that is current.

    A used one that comes back revokes its whole family: one of the two who hold it stole it.
    The swap is one compare-and-set, so of two callers at once only one gets a pair.
    """
    claims = read_token(token, "refresh")
    family = db.session.get(TokenFamily, claims["fam"])
    user = db.session.get(User, claims["sub"])
    if family is None or user is None or family.user_id != user.id:
        raise InvalidCredentials()
    if family.revoked_at is not None or family.auth_epoch != user.auth_epoch:
        raise TokenRevoked()
    if not user.is_active:
        raise TokenRevoked()
    next_jti = str(uuid.uuid4())
    swapped: Any = db.session.execute(
        update(_TABLE)
        .where(
            _TABLE.c.id == family.id,
            _TABLE.c.refresh_jti == claims["jti"],
            _TABLE.c.revoked_at.is_(None),
        )
        .values(refresh_jti=next_jti, expires_at=now + REFRESH_LIFETIME)
        .execution_options(tenant_named=True)
    )
    if swapped.rowcount != 1:
        family_id = family.id
        raise TokenRevoked(aftermath=lambda: revoke_family(family_id, REUSE, now))
    return _pair(family.id, user.id, next_jti), family


def family_of(token: str) -> TokenFamily:
    """The sign-in that either kind of token belongs to.

    Raises as `read_token` does, and TokenRevoked after its end.
    """
    try:
        claims = read_token(token, "access")
    except InvalidCredentials:
        claims = read_token(token, "refresh")
    family = db.session.get(TokenFamily, claims["fam"])
    if family is None or family.user_id != claims["sub"] or family.revoked_at is not None:
        raise TokenRevoked()
    return family


def revoke_family(family_id: int, reason: str, now: datetime) -> None:
    """End one sign-in: its access tokens stop here at once, elsewhere within 5 seconds."""
    _revoke(_TABLE.c.id == family_id, reason, now)


def revoke_user(user_id: int, reason: str, now: datetime, *, keep: int | None = None) -> None:
    """End every sign-in of a user, but for the family `keep`."""
    condition = _TABLE.c.user_id == user_id
    _revoke(condition if keep is None else condition & (_TABLE.c.id != keep), reason, now)


def _revoke(condition: Any, reason: str, now: datetime) -> None:
    ended = update(_TABLE).where(condition, _TABLE.c.revoked_at.is_(None))
    ended = ended.values(revoked_at=now, revoked_reason=reason)
    # A user may be signed in to several tenants.
    with showing_every_tenant():
        db.session.execute(ended.execution_options(tenant_named=True))
    after_commit(cache.forget_all)


def _pair(family_id: int, user_id: int, refresh_jti: str) -> Pair:
    claims = {"fam": family_id}
    return Pair(
        access_token=create_access_token(
            str(user_id), additional_claims=claims, expires_delta=ACCESS_LIFETIME
        ),
        refresh_token=create_refresh_token(
            str(user_id),
            additional_claims={**claims, "jti": refresh_jti},
            expires_delta=REFRESH_LIFETIME,
        ),
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
    )
