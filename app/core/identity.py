"""Who calls: one Actor, whatever way in it came."""

from dataclasses import dataclass, field
from typing import Literal

from flask import g

from app.core.errors import AuthenticationRequired, DomainError
from app.core.ports import Port


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request carries to prove who it is: the bare token and where it comes from."""

    token: str
    address: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request; views and services ask it only for permissions.

    `is_suspended` tells that its tenant is: what permissions it still holds stay usable.
    """

    tenant_id: int
    kind: Literal["user", "api_key", "system"]
    name: str
    role: str | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)
    user_id: int | None = None
    api_key_id: int | None = None
    session_id: int | None = None
    is_platform_admin: bool = False
    is_suspended: bool = False

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def key(self) -> str:
        """A stable name for limits, idempotency and the audit log."""
        if self.api_key_id is not None:
            return f"key:{self.api_key_id}"
        return f"user:{self.user_id}:{self.tenant_id}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A name that nobody has proved: of a sign-in that failed, with the tenant of that user."""

    name: str
    tenant_id: int | None = None
    kind: str | None = None

    @property
    def key(self) -> str:
        """A stable name; all the names that nobody has here are one, however many are tried."""
        return "" if self.tenant_id is None else f"{self.tenant_id}:{self.name}"


load_actor: Port[[Credential], Actor] = Port("identity.load_actor")
# Whatever ends somebody's rights calls this after its commit: nobody here is remembered any more.
forget_actors: Port[[], None] = Port("identity.forget_actors")
# Who the caller is in another tenant, by its slug; NotFound where the caller does not belong.
actor_in: Port[[Actor, str], Actor] = Port("identity.actor_in")


def find_actor() -> Actor | None:
    """The request's caller, or None when nobody was recognised."""
    actor: Actor | None = g.get("actor")
    return actor


def current_actor() -> Actor:
    """The request's caller; raises AuthenticationRequired when there is none."""
    actor = find_actor()
    if actor is None:
        raise AuthenticationRequired()
    return actor


def claim(name: str, tenant_id: int | None) -> None:
    """Somebody says to be this; the audit log keeps it should they be refused."""
    g.claim = Claim(name, tenant_id)


def find_claim() -> Claim | None:
    found: Claim | None = g.get("claim")
    return found


def adopt(actor: Actor) -> None:
    """From here on the request is this actor's: it has just signed in."""
    g.actor, g.actor_refusal = actor, None


def confirm(credential: Credential | None) -> None:
    """Look the caller up again: whoever waited may have been revoked since.

    Raises as `demand_actor`, five seconds after the fact at the latest.
    """
    if credential is not None:
        load_actor(credential)


def recognise(credential: Credential | None) -> Actor | None:
    """Look the caller up once a request; a refusal is kept for `demand_actor` to raise.

    The rate limiter asks first and must not fail on a bad token: it then counts by address.
    """
    if "actor" not in g:
        g.actor, g.actor_refusal = None, None
        if credential is not None:
            try:
                g.actor = load_actor(credential)
            except DomainError as refusal:
                g.actor_refusal = refusal
    return find_actor()


def demand_actor(credential: Credential | None) -> Actor:
    """The caller, or the reason why there is none (a 401 or 403)."""
    recognise(credential)
    if g.actor_refusal is not None:
        raise g.actor_refusal
    return current_actor()
