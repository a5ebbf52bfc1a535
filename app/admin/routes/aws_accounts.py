"""Accounts of Amazon's, under /config/aws-accounts."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.outside import TooManyWaiting
from app.core.schemas import DeletedSchema
from app.storage.errors import AccountInUse, AccountNameTaken
from app.storage.schemas.aws_accounts import (
    AwsAccountCreateSchema,
    AwsAccountQuery,
    AwsAccountSchema,
    AwsAccountUpdateSchema,
    AwsIdentitySchema,
)
from app.storage.service import aws_accounts

blp = Blueprint(
    "aws-accounts",
    __name__,
    url_prefix="/config/aws-accounts",
    description="Accounts of Amazon's",
    resource="aws_account",
)


@blp.get("")
@requires("config:manage")
@filters(AwsAccountQuery)
@returns(AwsAccountSchema, page=True)
def list_aws_accounts(query: dict[str, Any]) -> Any:
    """List the tenant's AWS accounts."""
    return aws_accounts.list_accounts()


@blp.post("")
@requires("config:manage")
@takes(AwsAccountCreateSchema)
@returns(AwsAccountSchema, status=201, location="/api/v1/config/aws-accounts/{id}")
@fails(AccountNameTaken)
def create_aws_account(body: dict[str, Any]) -> Any:
    """Keep the keys of an AWS account, and the role to assume with them."""
    return aws_accounts.create_account(body)


@blp.get("/<int:account_id>")
@requires("config:manage")
@returns(AwsAccountSchema)
def get_aws_account(account_id: int) -> Any:
    """Show an AWS account."""
    return aws_accounts.get_account(account_id)


@blp.put("/<int:account_id>")
@requires("config:manage")
@takes(AwsAccountUpdateSchema)
@conditional
@returns(AwsAccountSchema)
@fails(AccountNameTaken, AccountInUse)
def update_aws_account(body: dict[str, Any], account_id: int, expected_version: int | None) -> Any:
    """Change the given fields of an AWS account."""
    return aws_accounts.update_account(account_id, body, expected_version=expected_version)


@blp.delete("/<int:account_id>")
@requires("config:manage")
@conditional
@returns(DeletedSchema, message="AWS account deleted; nothing was changed at Amazon.")
@fails(AccountInUse)
def delete_aws_account(account_id: int, expected_version: int | None) -> Any:
    """Forget an AWS account; nothing is changed at Amazon."""
    return aws_accounts.delete_account(account_id, expected_version=expected_version)


@blp.post("/<int:account_id>/test")
@requires("config:manage")
@returns(AwsIdentitySchema)
@fails(TooManyWaiting)
def test_aws_account(account_id: int) -> Any:
    """Ask Amazon whose keys these are, in the account's role if it has one, within 15 s."""
    return aws_accounts.try_account(account_id, clock.utcnow())
