"""The wire format of AWS accounts."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.core.logging import MASK
from app.core.schemas import (
    ClearableSchema,
    Moment,
    Name,
    PageQuery,
    Shown,
    UpdateSchema,
    read_only_names,
)
from app.storage.schemas.providers import Address
from app.storage.values import DEFAULT_REGION

_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}")
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_+=,.@:/-]{2,1224}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]{1,15}){1,2}-[0-9]{1,2}")
_ACCESS_KEY = re.compile(r"[A-Za-z0-9_]{16,128}")
_LONGEST_SECRET, _LONGEST_TOKEN = 256, 8_192
_KEY_EXAMPLE = "AKIAIOSFODNN7EXAMPLE"
_ROLE_EXAMPLE = "arn:aws:iam::123456789012:role/backup"
_ID = {"description": "From the last test that succeeded.", "example": "123456789012"}


class Secret(Address):
    """What never comes back; the mask that GET gives in its place is taken as `unchanged`."""

    def __init__(self, longest: int, *, is_kept: bool = False, **kwargs: Any) -> None:
        super().__init__(longest, shortest=1, load_only=True, **kwargs)
        self._is_kept = is_kept

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value == MASK and not self._is_kept:
            raise ValidationError("Is what hides a secret; send the secret itself.")
        return super()._deserialize(value, attr, data, **kwargs)


def _matching(pattern: re.Pattern[str], words: str) -> validate.Regexp:
    return validate.Regexp(pattern.pattern + r"\Z", error=words)


class AwsAccountInput(ClearableSchema):
    """An account as people write it."""

    example_omits = ("session_token",)

    name = Name(100, required=True, metadata={"example": "Production"})
    access_key_id = fields.String(
        required=True,
        validate=_matching(_ACCESS_KEY, "Must be 16-128 letters and digits."),
        metadata={"example": _KEY_EXAMPLE},
    )
    role_arn = fields.String(
        validate=_matching(_ARN, f"Must be a role's ARN, such as {_ROLE_EXAMPLE}."),
        metadata={"description": "The role to assume with the keys.", "example": _ROLE_EXAMPLE},
    )
    external_id = fields.String(
        validate=_matching(_EXTERNAL_ID, "Must be 2-1224 of letters, digits and _+=,.@:/-"),
        metadata={"description": "Where the role's trust asks for one.", "example": "holdfast-7"},
    )
    region = fields.String(
        validate=_matching(_REGION, "Must be a region such as eu-central-1."),
        metadata={"description": f"Default: {DEFAULT_REGION}.", "example": "eu-central-1"},
    )


class AwsAccountCreateSchema(AwsAccountInput):
    """A new account."""

    secret_access_key = Secret(
        _LONGEST_SECRET, required=True, metadata={"description": "Never shown."}
    )
    session_token = Secret(_LONGEST_TOKEN, metadata={"description": "Of temporary keys."})


def _masked(field: str, example: Any) -> fields.Function:
    return fields.Function(
        lambda account: MASK if getattr(account, field) else None,
        metadata={"type": ["string", "null"], "description": "Masked.", "example": example},
    )


class AwsAccountSchema(Shown):
    """An account; its secrets never come back."""

    name = fields.String(metadata={"example": "Production"})
    access_key_id = fields.String(metadata={"example": _KEY_EXAMPLE})
    secret_access_key = _masked("secret_access_key", MASK)
    session_token = _masked("session_token", None)
    role_arn = fields.String(allow_none=True, metadata={"example": _ROLE_EXAMPLE})
    external_id = fields.String(allow_none=True, metadata={"example": "holdfast-7"})
    region = fields.String(metadata={"example": "eu-central-1"})
    account_id = fields.String(allow_none=True, dump_only=True, metadata=_ID)
    arn = fields.String(allow_none=True, dump_only=True, metadata={**_ID, "example": _ROLE_EXAMPLE})
    last_tested_at = Moment(allow_none=True, dump_only=True)
    last_test_result = fields.String(
        allow_none=True,
        dump_only=True,
        metadata={"description": "`ok`, or the error code.", "example": "ok"},
    )


class AwsAccountUpdateSchema(AwsAccountInput, UpdateSchema):
    """A change of the given fields; masked secrets stay as they are."""

    # These are masked on their way out, not read-only.
    ignores = read_only_names(AwsAccountSchema) - {"secret_access_key", "session_token"}

    secret_access_key = Secret(
        _LONGEST_SECRET, is_kept=True, required=True, metadata={"description": "Never shown."}
    )
    session_token = Secret(
        _LONGEST_TOKEN, is_kept=True, metadata={"description": "Of temporary keys."}
    )


class AwsAccountQuery(PageQuery):
    pass


class AwsIdentitySchema(Schema):
    """Whose keys they are, or why that is not known."""

    is_known = fields.Boolean(metadata={"example": True})
    account_id = fields.String(allow_none=True, metadata={"example": "123456789012"})
    arn = fields.String(
        allow_none=True,
        metadata={"example": "arn:aws:sts::123456789012:assumed-role/backup/holdfast-test"},
    )
    failed_call = fields.String(
        allow_none=True,
        metadata={"description": "AssumeRole or GetCallerIdentity.", "example": None},
    )
    error_code = fields.String(
        allow_none=True,
        metadata={
            "description": "Amazon's own; ours begin with `AWS_`, such as `AWS_UNREACHABLE`.",
            "example": None,
        },
    )
    error_message = fields.String(
        allow_none=True, metadata={"description": "How to mend it.", "example": None}
    )
