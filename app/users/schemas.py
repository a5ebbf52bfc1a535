"""The wire format of people, roles, members and invites."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.core import clock
from app.core.schemas import (
    Flag,
    Moment,
    Name,
    PageQuery,
    QueryFlag,
    Shown,
    StrictSchema,
    Text,
    UpdateSchema,
    Whole,
    Word,
    read_only_names,
)
from app.users.values import ROLE_NAMES

_EMAIL = {"example": "ada@example.com", "format": "email"}
_USERNAME = {"example": "ada"}
_FULL_NAME = {"example": "Ada Lovelace"}
_ROLE = {"example": "operator"}
_PASSWORD = {"example": "correct horse battery"}


class EmailAddress(Name):
    """An e-mail address, as it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"metadata": _EMAIL, "validate": validate.Email(), **kwargs}
        super().__init__(254, **given)


class PeopleQuery(PageQuery):
    role = Word(ROLE_NAMES, metadata=_ROLE)
    is_active = QueryFlag()
    search = fields.String(
        validate=validate.Length(min=1, max=200),
        metadata={
            "description": "Part of the name, the e-mail or the user name.",
            "example": "ada",
        },
    )


class UserSchema(Shown):
    username = fields.String(metadata=_USERNAME)
    email = fields.String(allow_none=True, metadata=_EMAIL)
    full_name = fields.String(metadata=_FULL_NAME)
    role = fields.String(metadata={**_ROLE, "description": "In this tenant."})
    is_active = fields.Boolean()
    last_login_at = Moment(allow_none=True, dump_only=True)
    login_enabled = fields.Boolean(
        dump_only=True, metadata={"description": "false for one who has no password yet."}
    )


class UserCreateSchema(StrictSchema):
    email = EmailAddress(required=True)
    full_name = Name(100, shortest=2, required=True, metadata=_FULL_NAME)
    username = Name(
        100, metadata={**_USERNAME, "description": "Default: the e-mail address."}, allow_none=True
    )
    role = Word(ROLE_NAMES, required=True, metadata=_ROLE)
    password = Text(
        1024,
        allow_none=True,
        metadata={**_PASSWORD, "description": "Without one, an invite is sent."},
    )


class UserUpdateSchema(UpdateSchema):
    ignores = read_only_names(UserSchema)

    email = EmailAddress(allow_none=True)
    full_name = Name(100, shortest=2, required=True, metadata=_FULL_NAME)
    username = Name(100, required=True, metadata=_USERNAME)
    role = Word(ROLE_NAMES, required=True, metadata=_ROLE)
    is_active = Flag(required=True)


class InviteSchema(Shown):
    email = fields.String(metadata=_EMAIL)
    role = fields.String(metadata=_ROLE)
    status = fields.Function(
        lambda invite: invite.status_at(clock.utcnow()),
        metadata={"type": "string", "example": "open"},
    )
    expires_at = Moment()
    accepted_at = Moment(allow_none=True, metadata={"example": None})
    withdrawn_at = Moment(allow_none=True, metadata={"example": None})
    created_by = Whole(1, allow_none=True)


class LinkSchema(Schema):
    """How an invite comes to the one who is invited."""

    is_mailed = fields.Boolean(metadata={"example": False})
    link = fields.String(
        allow_none=True,
        metadata={
            "description": "Shown this once, and only where no SMTP server is configured.",
            "example": "https://backup.example.com/invite#hf_invite_0123456789abcdef",
        },
    )
    token = fields.String(
        allow_none=True,
        metadata={
            "description": "For `POST /invites/{token}/accept`; shown as the link is.",
            "example": "hf_invite_0123456789abcdef",
        },
    )
    notice = fields.String(metadata={"example": "No mail server is configured: hand on the link."})


class SentInviteSchema(InviteSchema):
    """An invite as it is shown once: with its link where nobody mails it."""

    delivery = fields.Nested(LinkSchema)


class NewUserSchema(UserSchema):
    """A user as it was made, with the invite of one who has no password yet."""

    invite = fields.Nested(SentInviteSchema, allow_none=True)


class InviteCreateSchema(StrictSchema):
    email = EmailAddress(required=True)
    role = Word(ROLE_NAMES, required=True, metadata=_ROLE)


class AcceptSchema(StrictSchema):
    password = Text(
        1024,
        required=True,
        metadata={
            **_PASSWORD,
            "description": "A new person's password-to-be; that of the account which the e-mail"
            " has already.",
        },
    )
    full_name = Name(
        100,
        shortest=2,
        allow_none=True,
        metadata={**_FULL_NAME, "description": "Required of a new person."},
    )
    username = Name(
        100, allow_none=True, metadata={**_USERNAME, "description": "Default: the e-mail address."}
    )


class AcceptedSchema(Schema):
    id = Whole(1)
    username = fields.String(metadata=_USERNAME)
    email = fields.String(metadata=_EMAIL)
    full_name = fields.String(metadata=_FULL_NAME)
    role = fields.String(metadata=_ROLE)
    tenant = fields.String(
        metadata={"description": "Its slug, for `POST /auth/login`.", "example": "acme"}
    )


class MemberSchema(Schema):
    user_id = Whole(1, attribute="id", dump_only=True)
    username = fields.String(dump_only=True, metadata=_USERNAME)
    email = fields.String(allow_none=True, dump_only=True, metadata=_EMAIL)
    full_name = fields.String(dump_only=True, metadata=_FULL_NAME)
    is_active = fields.Boolean(dump_only=True)
    role = fields.String(metadata=_ROLE)
    created_at = Moment(
        attribute="membership.created_at",
        dump_only=True,
        metadata={"description": "Since when this person belongs here."},
    )
    updated_at = Moment(attribute="membership.updated_at", dump_only=True)
    version = Whole(1, dump_only=True)


class MemberUpdateSchema(UpdateSchema):
    ignores = read_only_names(MemberSchema)

    role = Word(ROLE_NAMES, required=True, metadata=_ROLE)


class RoleSchema(Schema):
    name = fields.String(metadata={"example": "viewer"})
    description = fields.String(metadata={"example": "Reads, and comments on tasks."})
    aliases = fields.List(fields.String(metadata={"example": "user"}))
    permissions = fields.List(fields.String(metadata={"example": "backups:read"}))


class ResetSentSchema(Schema):
    user_id = Whole(1)
    email = fields.String(metadata=_EMAIL)
    expires_at = Moment()
