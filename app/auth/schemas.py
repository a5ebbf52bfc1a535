"""The wire format of sign-in, one's own account and API keys."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from marshmallow import (
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)

from app.auth.values import DEFAULT_OVERLAP_HOURS, MAX_OVERLAP_HOURS
from app.core.schemas import Moment, Name, Slug, StrictSchema, Text, Whole, Word
from app.users.values import PERMISSIONS, ROLE_ALIASES, ROLE_PERMISSIONS

_TOKEN = {"example": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"}


class LoginSchema(StrictSchema):
    username = Text(254, required=True, metadata={"example": "admin"})
    password = Text(1024, required=True, metadata={"example": "correct horse battery"})
    tenant = Slug(metadata={"description": "Default: the one used last.", "example": "default"})


class SwitchSchema(StrictSchema):
    tenant = Slug(required=True, metadata={"example": "acme"})


class RefreshSchema(StrictSchema):
    refresh_token = Text(4096, metadata=_TOKEN)


class PasswordChangeSchema(StrictSchema):
    current_password = Text(1024, required=True, metadata={"example": "correct horse battery"})
    new_password = Text(1024, required=True, metadata={"example": "staple of another kind"})


class PasswordResetSchema(StrictSchema):
    """The token of a reset link, and a new password under either of its two names."""

    example_omits = ("password",)

    token = Text(200, required=True, metadata={"example": "hf_reset_0123456789abcdef"})
    new_password = Text(
        1024, metadata={"description": "Required.", "example": "staple of another kind"}
    )
    password = Text(1024, metadata={"description": "Another name of new_password."})

    @validates_schema
    def _take_one(self, data: Mapping[str, Any], **_: Any) -> None:
        if "password" not in data and "new_password" not in data:
            raise ValidationError("Missing data for required field.", "new_password")
        if "password" in data and "new_password" in data:
            raise ValidationError("Is new_password by another name: send one of them.", "password")

    @post_load
    def _under_one_name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        new = data["new_password"] if "new_password" in data else data["password"]
        return {"token": data["token"], "new_password": new}


class TenantNameSchema(Schema):
    id = Whole(1)
    slug = fields.String(metadata={"example": "default"})
    name = fields.String(metadata={"example": "Default"})
    timezone = fields.String(metadata={"example": "Europe/Berlin"})


class TenantRoleSchema(Schema):
    slug = fields.String(attribute="tenant.slug", metadata={"example": "default"})
    name = fields.String(attribute="tenant.name", metadata={"example": "Default"})
    role = fields.String(metadata={"example": "admin"})


class ProfileSchema(Schema):
    id = Whole(1, allow_none=True, metadata={"description": "null for an API key."})
    username = fields.String(metadata={"example": "admin"})
    email = fields.String(allow_none=True, metadata={"example": "admin@example.com"})
    full_name = fields.String(allow_none=True, metadata={"example": "Ada Admin"})
    role = fields.String(allow_none=True, metadata={"example": "admin"})
    permissions = fields.List(fields.String(metadata={"example": "backups:read"}))
    tenant = fields.Nested(TenantNameSchema)
    tenants = fields.List(fields.Nested(TenantRoleSchema))
    is_platform_admin = fields.Boolean(metadata={"example": False})


class SignedInUserSchema(Schema):
    id = Whole(1)
    username = fields.String(metadata={"example": "admin"})
    email = fields.String(allow_none=True, metadata={"example": "admin@example.com"})
    full_name = fields.String(metadata={"example": "Ada Admin"})
    role = fields.String(metadata={"example": "admin"})
    tenant = fields.String(metadata={"description": "Its slug.", "example": "default"})


class SignedInSchema(Schema):
    access_token = fields.String(attribute="pair.access_token", metadata=_TOKEN)
    refresh_token = fields.String(attribute="pair.refresh_token", metadata=_TOKEN)
    token_type = fields.String(attribute="pair.token_type", metadata={"example": "Bearer"})
    expires_in = Whole(
        attribute="pair.expires_in", metadata={"description": "Seconds.", "example": 3600}
    )
    user = fields.Nested(SignedInUserSchema)


class Network(fields.String):
    """An IP network in CIDR notation, or one address."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            return str(ip_network(text, strict=False))
        except ValueError as exc:
            raise ValidationError("Must be a network such as 10.0.0.0/8.") from exc


class ApiKeyCreateSchema(StrictSchema):
    example_omits = ("permissions",)

    name = Name(100, required=True, metadata={"example": "nightly scripts"})
    role = Word(
        [*ROLE_PERMISSIONS, *ROLE_ALIASES],
        metadata={"description": "A role, or else `permissions`.", "example": "reporter"},
    )
    permissions = fields.List(Word(sorted(PERMISSIONS)), validate=validate.Length(min=1, max=100))
    expires_at = Moment(allow_none=True, metadata={"example": "2027-01-31T00:00:00Z"})
    allowed_networks = fields.List(
        Network(metadata={"example": "10.0.0.0/8"}), validate=validate.Length(max=50)
    )


class RotateSchema(StrictSchema):
    overlap_hours = Whole(
        0,
        MAX_OVERLAP_HOURS,
        load_default=DEFAULT_OVERLAP_HOURS,
        metadata={"description": "How long the old secret stays valid.", "example": 24},
    )


class ApiKeySchema(Schema):
    id = Whole(1)
    prefix = fields.Function(lambda key: f"hf_{key.public_id}", metadata={"type": "string"})
    name = fields.String(metadata={"example": "nightly scripts"})
    role = fields.String(allow_none=True, metadata={"example": "reporter"})
    permissions = fields.List(fields.String(), allow_none=True, metadata={"example": None})
    allowed_networks = fields.List(fields.String(metadata={"example": "10.0.0.0/8"}))
    expires_at = Moment(allow_none=True)
    revoked_at = Moment(allow_none=True, metadata={"example": None})
    last_used_at = Moment(allow_none=True)
    created_by = Whole(1, allow_none=True)
    created_at = Moment()
    version = Whole(1)


class ShownKeySchema(ApiKeySchema):
    """A key as it is shown once: with its secret, whole and as OAuth names its halves."""

    key = fields.String(metadata={"example": "hf_ab12cd34ef56_0123456789abcdef"})
    client_id = fields.String(metadata={"example": "hf_ab12cd34ef56"})
    client_secret = fields.String(metadata={"example": "0123456789abcdef"})


class TokenRequestSchema(Schema):
    """The form of RFC 6749, 4.4.2; the client's id and secret may also come by HTTP Basic."""

    grant_type = fields.String(
        required=True,
        validate=validate.OneOf(["client_credentials"]),
        metadata={"example": "client_credentials"},
    )
    scope = fields.String(
        metadata={
            "description": "Permissions, separated by spaces. Default: all that the key may.",
            "example": "events:read tasks:read",
        }
    )
    client_id = fields.String(metadata={"example": "hf_ab12cd34ef56"})
    client_secret = fields.String(metadata={"example": "0123456789abcdef"})


class TokenSchema(Schema):
    """The answer of RFC 6749, 5.1."""

    access_token = fields.String(metadata=_TOKEN)
    token_type = fields.String(metadata={"example": "Bearer"})
    expires_in = Whole(metadata={"description": "Seconds.", "example": 3600})
    scope = fields.String(metadata={"example": "events:read tasks:read"})
