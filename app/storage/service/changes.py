"""What people do to storage providers: made, changed, deleted."""

import contextlib
import dataclasses
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.db import db, hold
from app.core.errors import ValidationFailed
from app.core.integrity import flush_unless_taken
from app.core.logging import MASK, mask_text
from app.core.models import defaults_of, get_row, live
from app.core.outside import outside
from app.core.tenancy import current_tenant_id
from app.events import service as events
from app.events.values import STORAGE_CHANGED
from app.storage.drivers.errors import DriverError
from app.storage.errors import ChangedMeanwhile, NameTaken, StorageInUse
from app.storage.models import StorageProvider
from app.storage.rules.drafts import Draft, judged
from app.storage.service import reaching, usage

DEFAULTS = defaults_of(StorageProvider)
MOST_NAMED = 100
_PLACE = ("provider_type", "connection_string", "endpoint")
_DRAFT = (*_PLACE, "credentials", "host_key", "aws_account_id")
# What was found out about a place says nothing of another one.
_FINDINGS = (
    *("is_online", "last_verified", "last_error_code", "is_low", "check_due_at"),
    *("immutability_proven", "immutability_checked_at"),
)
# What the jobs whose copies lie there are judged by.
_COUNTED = ("provider_type", "location_type", "is_immutable", "immutability_proven")


def create_provider(fields: dict[str, Any]) -> StorageProvider:
    """Register a storage; a password in its address is kept among the credentials.

    Its host's name is looked up, outside the transaction; one that is not known yet is taken,
    and judged when it is used. Raises ValidationFailed, NameTaken, TooManyWaiting.
    """
    draft = judged(Draft(**{name: fields[name] for name in _DRAFT if name in fields}))
    _check_place(draft)
    _hold_default(fields, but=None)
    provider = StorageProvider(**DEFAULTS)
    _apply(provider, fields, draft)
    db.session.add(provider)
    _flush()
    return provider


def update_provider(
    provider_id: int, fields: dict[str, Any], now: datetime, *, expected_version: int | None
) -> StorageProvider:
    """Replace the given fields; masked credentials and a masked address stay as they are.

    A place in which jobs have repositories is not changed: their next runs would begin anew
    elsewhere. A new host takes credentials given anew, or anybody could have the old ones sent
    to an address of their own. Raises NotFound, PreconditionFailed, ValidationFailed, NameTaken,
    StorageInUse, ChangedMeanwhile, TooManyWaiting.
    """
    provider = get_row(StorageProvider, provider_id, expected_version=expected_version)
    seen, before = provider.version, reaching.draft_of(provider)
    fields = _without_masks(provider, fields)
    draft = judged(_merged(before, fields))
    moves = any(getattr(draft, name) != getattr(before, name) for name in _PLACE)
    if moves:
        _refuse_move(provider.id)
        _refuse_old_credentials(before, draft, fields)
        _check_place(draft)
    _hold_default(fields, but=provider_id)
    provider = get_row(
        StorageProvider, provider_id, for_change=True, expected_version=expected_version
    )
    if provider.version != seen:
        raise ChangedMeanwhile(details={"version": provider.version})
    if provider.is_default and not fields.get("is_default", True):
        raise ValidationFailed.on("is_default", "Make another provider the default instead.")
    counted = _counted(provider)
    if moves:
        _forget(provider, before, draft)
    _apply(provider, fields, draft)
    _flush()
    usage.follow(provider)
    if _counted(provider) != counted:
        title = f"Storage {provider.name} was changed"
        fact = events.Fact(STORAGE_CHANGED, title, now, provider.audit_name, provider.id)
        events.record(fact, tenant_id=provider.tenant_id)
    return provider


def delete_provider(
    provider_id: int, now: datetime, *, expected_version: int | None
) -> StorageProvider:
    """Mark it deleted; what lies there stays. Raises NotFound, PreconditionFailed,
    StorageInUse."""
    provider = get_row(
        StorageProvider, provider_id, for_change=True, expected_version=expected_version
    )
    _refuse(usage.users_of(provider.id), StorageInUse.message)
    provider.deleted_at = now
    provider.is_default = False
    db.session.flush()
    return provider


def _without_masks(provider: StorageProvider, fields: dict[str, Any]) -> dict[str, Any]:
    """Without what GET gave in place of a secret."""
    masks = {"credentials": MASK, "connection_string": mask_text(provider.connection_string)}
    return {name: value for name, value in fields.items() if masks.get(name, ...) != value}


def _merged(before: Draft, fields: dict[str, Any]) -> Draft:
    given = {name: fields[name] for name in _DRAFT if name in fields}
    return dataclasses.replace(before, **given)


def _check_place(draft: Draft) -> None:
    """Refuse a folder outside the roots and a host that nobody may be sent to."""
    place = reaching.place_of(draft, current_tenant_id())
    if draft.connection.host is None:
        return
    # A name that is not known here, yet, is no reason to refuse what is only written down.
    with contextlib.suppress(DriverError):
        outside(lambda: reaching.with_addresses(place, draft))


def _refuse_move(provider_id: int) -> None:
    message = "Backup jobs have repositories there: make another provider, and move them to it."
    _refuse([user for user in usage.users_of(provider_id) if user.has_data], message)


def _refuse(users: list[usage.User], message: str) -> None:
    if users:
        jobs = [{"id": user.id, "name": user.name} for user in users[:MOST_NAMED]]
        raise StorageInUse(message, details={"jobs": jobs})


def _refuse_old_credentials(before: Draft, draft: Draft, fields: dict[str, Any]) -> None:
    is_kept = "credentials" not in fields and draft.credentials == before.credentials
    if is_kept and draft.credentials and _server(before) != _server(draft):
        message = "Must be given anew: they would be sent to another server."
        raise ValidationFailed.on("credentials", message)


def _server(draft: Draft) -> tuple[Any, ...]:
    try:
        found = draft.connection
    except DriverError:
        return (draft.provider_type, draft.connection_string)
    return (draft.provider_type, found.host, found.port, found.is_tls)


def _counted(provider: StorageProvider) -> tuple[Any, ...]:
    """What makes a copy there worth more or less."""
    return tuple(getattr(provider, name) for name in _COUNTED)


def _forget(provider: StorageProvider, before: Draft, draft: Draft) -> None:
    """What was found out about the place that it was."""
    for name in _FINDINGS:
        setattr(provider, name, None)
    if _server(before) != _server(draft):
        provider.host_key = None


def _hold_default(fields: dict[str, Any], *, but: int | None) -> None:
    """Take the place from the present default, before any row of ours is locked."""
    if not fields.get("is_default"):
        return
    hold(f"storage-default:{current_tenant_id()}")
    statement = select(StorageProvider).where(StorageProvider.is_default, live(StorageProvider))
    for provider in db.session.scalars(statement.with_for_update()):
        provider.is_default = provider.id == but
    db.session.flush()


def _apply(provider: StorageProvider, fields: dict[str, Any], draft: Draft) -> None:
    """Set what was given; null clears an optional field back to its default."""
    for name, value in fields.items():
        if name not in _DRAFT:
            setattr(provider, name, DEFAULTS.get(name) if value is None else value)
    for name in (*_PLACE, "aws_account_id"):
        setattr(provider, name, getattr(draft, name))
    if "host_key" in fields:
        provider.host_key = draft.host_key
    if draft.credentials != reaching.credentials_of(provider):
        # Encrypted anew each time, so an equal value would look changed.
        kept = json.dumps(dict(draft.credentials)) if draft.credentials else None
        provider.credentials = kept


def _flush() -> None:
    taken = NameTaken(details={"name": [NameTaken.message]})
    flush_unless_taken("uq_storage_providers_name", taken)
