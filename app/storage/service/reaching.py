"""How one gets to a storage: its folder under the tenant's roots, its host at a fit address."""

import dataclasses
import json

from app.core.settings import settings
from app.storage.drivers.base import Place
from app.storage.models import StorageProvider
from app.storage.rules.drafts import Draft
from app.storage.service import aws_accounts
from app.storage.service.addresses import fit_addresses
from app.storage.values import LOCAL, NETWORK
from app.tenants import folders


def draft_of(provider: StorageProvider) -> Draft:
    """What a row says, with its credentials in clear."""
    return Draft(
        provider_type=provider.provider_type,
        connection_string=provider.connection_string,
        endpoint=provider.endpoint,
        credentials=credentials_of(provider),
        host_key=provider.host_key,
        aws_account_id=provider.aws_account_id,
    )


def credentials_of(provider: StorageProvider) -> dict[str, str] | None:
    return json.loads(provider.credentials) if provider.credentials else None


def place_of(draft: Draft, tenant_id: int, field: str = "connection_string") -> Place:
    """Where to connect to, in this transaction; `with_addresses` follows outside of it.

    Raises ValidationFailed on the field for a folder outside the storage roots, and on
    `aws_account_id` for an account that cannot be used.
    """
    credentials = draft.credentials
    if draft.aws_account_id is not None:
        credentials = aws_accounts.storage_keys(draft.aws_account_id)
    connection_string = draft.connection_string
    if lies_in_folder(draft):
        connection_string = folders.resolve_store(connection_string, tenant_id, field)
    return Place(
        provider_type=draft.provider_type,
        connection_string=connection_string,
        credentials=dict(credentials or {}),
        endpoint=draft.endpoint,
        host_key=draft.host_key,
    )


def lies_in_folder(draft: Draft) -> bool:
    """On this machine, or on a share that is mounted here."""
    is_path = draft.connection_string.startswith("/")
    return draft.provider_type == LOCAL or (draft.provider_type == NETWORK and is_path)


def with_addresses(place: Place, draft: Draft, field: str | None = None) -> Place:
    """The place with its host's addresses, looked up now: call it outside a transaction.

    Raises ValidationFailed for an address that nobody may be sent to, and DriverError for a name
    that is not known or an address that cannot be read.
    """
    host = draft.connection.host
    if host is None:
        return place
    allow_loopback = settings()["ALLOW_LOOPBACK_STORAGE"]
    found = fit_addresses(host, field or draft.host_field, allow_loopback=allow_loopback)
    return dataclasses.replace(place, addresses=found)
