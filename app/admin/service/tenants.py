"""Tenants as a platform admin makes them: with a storage to begin with."""

import os
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from app.admin.schemas.tenants import TenantCreateSchema
from app.core.errors import ValidationFailed
from app.core.settings import settings
from app.storage import service as storage
from app.tenants import service as tenants
from app.tenants.models import Tenant

_NEW = TenantCreateSchema()


def create_tenant(fields: dict[str, Any]) -> Tenant:
    """Make a tenant, with a default storage provider when it has a folder to store in.

    The session must see every tenant. Raises SlugTaken, and ValidationFailed for a folder that
    cannot be made.
    """
    given = {"timezone": settings()["DEFAULT_TIMEZONE"], **_completed(fields)}
    tenant = tenants.create_tenant(**given)
    _give_storage(tenant)
    return tenant


def update_tenant(
    tenant_id: int, fields: dict[str, Any], *, expected_version: int | None
) -> Tenant:
    """Set the given fields; a tenant that had no storage gets one with its first folder for it.

    As `create_tenant`; raises NotFound and PreconditionFailed too.
    """
    given = _completed(fields)
    tenant = tenants.update_tenant(tenant_id, given, expected_version=expected_version)
    if "storage_roots" in given:
        _give_storage(tenant)
    return tenant


def read_tenant(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the command line was given, held to what the API takes; raises ValidationFailed."""
    try:
        fields: dict[str, Any] = _NEW.load(given)
    except ValidationError as refusal:
        raise ValidationFailed(details=refusal.messages_dict) from refusal
    return fields


def _completed(fields: dict[str, Any]) -> dict[str, Any]:
    if fields.get("timezone", "") is None:
        return {**fields, "timezone": settings()["DEFAULT_TIMEZONE"]}
    return fields


def _give_storage(tenant: Tenant) -> None:
    if not tenant.storage_roots:
        return
    first = tenant.storage_roots[0]
    try:
        os.makedirs(first, mode=0o700, exist_ok=True)
    except OSError as error:
        message = f"{first} cannot be made: {error.strerror}."
        raise ValidationFailed.on("storage_roots", message) from error
    storage.ensure_default(tenant.id, first)
