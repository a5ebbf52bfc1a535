"""Accounts of Amazon's: kept, changed, and asked whose they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.integrity import flush_unless_taken
from app.core.logging import MASK
from app.core.models import defaults_of, find_row, get_row, live
from app.core.outside import outside
from app.core.pagination import Listing, Ordering
from app.core.settings import settings
from app.core.tenancy import execute_named
from app.storage.drivers.identities import Identity, Keys, identify
from app.storage.errors import AccountInUse, AccountNameTaken
from app.storage.models import AwsAccount, StorageProvider
from app.storage.values import TEST_OK

_ACCOUNTS: Any = AwsAccount.__table__
# What null clears a field back to.
_DEFAULTS = defaults_of(AwsAccount)
_SECRETS = ("secret_access_key", "session_token")
# Whoever signs in by these may be somebody else than the last test has met.
_SIGNING_IN = ("access_key_id", *_SECRETS, "role_arn", "external_id", "region")
_FINDINGS = ("account_id", "arn", "last_tested_at", "last_test_result")
MOST_NAMED = 100
# restic is given keys once, for a run that may last a day.
_NO_ROLE = "a role's keys end before a run may."
ORDERING = Ordering(
    key=AwsAccount.id,
    columns={
        "id": AwsAccount.id,
        "name": AwsAccount.name,
        "created_at": AwsAccount.created_at,
    },
    default="id",
)


def list_accounts() -> Listing:
    return Listing(select(AwsAccount), ORDERING)


def get_account(account_id: int) -> AwsAccount:
    """Raises NotFound."""
    return get_row(AwsAccount, account_id)


def create_account(fields: dict[str, Any]) -> AwsAccount:
    """Keep an account; nobody is asked whether it is one. Raises AccountNameTaken."""
    account = AwsAccount(**_DEFAULTS)
    _apply(account, fields)
    db.session.add(account)
    _flush()
    return account


def update_account(
    account_id: int, fields: dict[str, Any], *, expected_version: int | None
) -> AwsAccount:
    """Replace the given fields; a masked secret stays as it is.

    Raises NotFound, PreconditionFailed, AccountNameTaken, AccountInUse for a role that a storage
    could not use, and ValidationFailed for another access key whose secret was not given.
    """
    account = get_row(AwsAccount, account_id, for_change=True, expected_version=expected_version)
    given = {n: value for n, value in fields.items() if not (n in _SECRETS and value == MASK)}
    before = _signing_in(account)
    if given.get("access_key_id", account.access_key_id) != account.access_key_id:
        if "secret_access_key" not in given:
            message = "Must be given anew with another access key."
            raise ValidationFailed.on("secret_access_key", message)
        # A token belongs to the keys that it came with.
        given.setdefault("session_token", None)
    _apply(account, given)
    if account.role_arn is not None:
        _refuse_use(account.id, f"Storage providers use this AWS account: {_NO_ROLE}")
    if _signing_in(account) != before:
        for name in _FINDINGS:
            setattr(account, name, None)
    _flush()
    return account


def delete_account(account_id: int, *, expected_version: int | None) -> AwsAccount:
    """Raises NotFound, PreconditionFailed, AccountInUse."""
    account = get_row(AwsAccount, account_id, for_change=True, expected_version=expected_version)
    _refuse_use(account.id, AccountInUse.message)
    db.session.delete(account)
    db.session.flush()
    return account


def try_account(account_id: int, now: datetime) -> Identity:
    """Ask Amazon whose keys these are, with no transaction open, and keep the answer.

    Not when somebody has changed the account meanwhile: it is about other keys then. Raises
    NotFound, TooManyWaiting.
    """
    account = get_row(AwsAccount, account_id)
    keys, seen = _keys_of(account), (account.id, account.tenant_id, account.version)
    identity = outside(lambda: identify(keys, settings()["AWS_STS_ENDPOINT"]))
    _keep(*seen, identity, now)
    return identity


def storage_keys(account_id: int) -> dict[str, str]:
    """The credentials of a storage that uses this account. Raises ValidationFailed."""
    account = find_row(AwsAccount, account_id)
    if account is None:
        raise ValidationFailed.on("aws_account_id", "There is no AWS account with this id.")
    if account.role_arn is not None:
        raise ValidationFailed.on("aws_account_id", f"This AWS account has a role: {_NO_ROLE}")
    return dict(_keys_of(account).credentials)


def _refuse_use(account_id: int, message: str) -> None:
    used = select(StorageProvider.id, StorageProvider.name).where(
        StorageProvider.aws_account_id == account_id, live(StorageProvider)
    )
    rows = db.session.execute(used.order_by(StorageProvider.id).limit(MOST_NAMED)).all()
    if rows:
        providers = [{"id": row.id, "name": row.name} for row in rows]
        raise AccountInUse(message, details={"providers": providers})


def _keys_of(account: AwsAccount) -> Keys:
    credentials = {
        "access_key_id": account.access_key_id,
        "secret_access_key": account.secret_access_key,
        "region": account.region,
    }
    if account.session_token is not None:
        credentials["session_token"] = account.session_token
    return Keys(credentials, account.role_arn, account.external_id)


def _keep(account_id: int, tenant_id: int, version: int, found: Identity, now: datetime) -> None:
    """Below the ORM, which would raise the version that people's If-Match stands on."""
    facts: dict[str, Any] = {
        "last_tested_at": now,
        "last_test_result": found.error_code or TEST_OK,
    }
    if found.is_known:
        facts |= {"account_id": found.account_id, "arn": found.arn}
    execute_named(
        update(_ACCOUNTS)
        .where(_ACCOUNTS.c.id == account_id, _ACCOUNTS.c.version == version)
        .values(**facts),
        tenant_id=tenant_id,
        table=_ACCOUNTS,
    )


def _signing_in(account: AwsAccount) -> tuple[Any, ...]:
    return tuple(getattr(account, name) for name in _SIGNING_IN)


def _apply(account: AwsAccount, fields: dict[str, Any]) -> None:
    """Set what was given; null clears an optional field back to its default."""
    for name, value in fields.items():
        setattr(account, name, _DEFAULTS.get(name) if value is None else value)


def _flush() -> None:
    taken = AccountNameTaken(details={"name": [AccountNameTaken.message]})
    flush_unless_taken("uq_aws_accounts_name", taken)
