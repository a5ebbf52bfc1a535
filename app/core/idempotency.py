"""Idempotency keys: a network's retry of a POST gets the first answer, never a second effect."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from flask import Response
from sqlalchemy import String, UniqueConstraint, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, strict_json
from app.core.db import Base, UtcDateTime, db
from app.core.errors import IdempotencyKeyReused, RequestInProgress, ValidationFailed
from app.core.models import Row
from app.core.secrets import SECRET, Encrypted
from app.core.tenancy import unscoped

LEASE_SECONDS = 60
KEPT_HOURS = 24
INTERIM_RETRY_SECONDS = 5
_KEPT_HEADERS = ("Location", "ETag", "Deprecation", "Link")


class IdempotencyKey(Row, Base):
    """A key of one actor; `answer` is encrypted, since it may hold a secret shown once."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("actor", "key"), {"sqlite_autoincrement": True})

    actor: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[str] = mapped_column(String(64))
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answer: Mapped[str | None] = mapped_column(Encrypted, info=SECRET)


@dataclass(frozen=True)
class Claim:
    """The right of this request, until its lease ends, to answer for the key."""

    key_id: int
    lease_until: datetime


@dataclass(frozen=True)
class Stored:
    """An answer as it was given, or as it will be should its request come to no better one."""

    status: int
    body: str
    headers: dict[str, str]
    is_interim: bool = False

    @classmethod
    def of(cls, response: Response, *, is_interim: bool = False) -> Self:
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        text = response.get_data(as_text=True)
        return cls(response.status_code, text, kept, is_interim)


def digest(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same: method, path and body."""
    head = f"{method} {path}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


def claim(actor: str, key: str, request_hash: str) -> Claim | Stored:
    """Claim the key in a transaction of its own, or give the stored answer.

    Raises IdempotencyKeyReused for another request and RequestInProgress while the first runs.
    A request that was killed leaves a lease that ends by itself after 60 s.
    """
    if not 1 <= len(key) <= 255:
        raise ValidationFailed.on("Idempotency-Key", "Must have 1 to 255 characters.")
    made = _insert(actor, key, request_hash)
    return made if made is not None else _reuse(actor, key, request_hash)


def _insert(actor: str, key: str, request_hash: str) -> Claim | None:
    now = clock.utcnow()
    row = IdempotencyKey(
        actor=actor,
        key=key,
        request_hash=request_hash,
        lease_until=now + timedelta(seconds=LEASE_SECONDS),
        expires_at=now + timedelta(hours=KEPT_HOURS),
    )
    try:
        with unscoped() as session:
            session.execute(
                delete(IdempotencyKey).where(
                    IdempotencyKey.actor == actor,
                    IdempotencyKey.key == key,
                    IdempotencyKey.expires_at < now,
                )
            )
            session.add(row)
            session.flush()
            return Claim(row.id, row.lease_until)
    except IntegrityError:
        return None


def _reuse(actor: str, key: str, request_hash: str) -> Claim | Stored:
    now = clock.utcnow()
    with unscoped() as session:
        row = session.query(IdempotencyKey).filter_by(actor=actor, key=key).one_or_none()
        if row is None:
            raise _in_progress(1)
        if row.request_hash != request_hash:
            raise IdempotencyKeyReused()
        if row.answer is not None:
            return _stored(row, now)
        lease = now + timedelta(seconds=LEASE_SECONDS)
        taken: Any = session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.id == row.id, IdempotencyKey.lease_until < now)
            .values(lease_until=lease)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:
            raise _in_progress(max(1, _seconds_left(row, now)))
        return Claim(row.id, lease)


def _stored(row: IdempotencyKey, now: datetime) -> Stored:
    """The answer; an interim one once its request, by its lease, can no longer be at work."""
    stored = Stored(**strict_json.loads(row.answer or ""))
    if stored.is_interim and row.lease_until >= now:
        raise _in_progress(max(1, min(INTERIM_RETRY_SECONDS, _seconds_left(row, now))))
    return stored


def _seconds_left(row: IdempotencyKey, now: datetime) -> int:
    return int((row.lease_until - now).total_seconds())


def _in_progress(seconds: int) -> RequestInProgress:
    return RequestInProgress(headers={"Retry-After": str(seconds)})


def is_kept(status: int) -> bool:
    """An answer that the key's next use gets again; 401, 403, 429 and 5xx free the key instead."""
    return status not in (401, 403, 429) and status < 500


def store(claim: Claim, stored: Stored) -> None:
    """Keep the answer in the current transaction, the one of the change itself.

    Raises RequestInProgress, which rolls the change back, when the lease was lost to another.
    """
    text = strict_json.dumps(vars(stored)).decode()
    kept: Any = db.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.id == claim.key_id, IdempotencyKey.lease_until == claim.lease_until)
        .values(answer=text)
        .execution_options(synchronize_session=False)
    )
    if kept.rowcount != 1:
        raise _in_progress(LEASE_SECONDS)


def store_interim(claim: Claim, stored: Stored, lease_seconds: float) -> Claim:
    """Keep, with the change that is about to be committed, what stands until `store`.

    From here on nobody else takes the key: the same request again hears that this one is at work,
    and when that was killed, after the lease, this answer. Raises as `store`.
    """
    store(claim, stored)
    kept = Claim(claim.key_id, clock.utcnow() + timedelta(seconds=lease_seconds))
    db.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.id == claim.key_id)
        .values(lease_until=kept.lease_until)
        .execution_options(synchronize_session=False)
    )
    return kept


def drop(claim: Claim) -> None:
    """Free the key: the answer was none to keep."""
    db.session.execute(
        delete(IdempotencyKey)
        .where(
            IdempotencyKey.id == claim.key_id,
            IdempotencyKey.lease_until == claim.lease_until,
            IdempotencyKey.answer.is_(None),
        )
        .execution_options(synchronize_session=False)
    )
