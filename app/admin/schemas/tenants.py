"""The wire format of tenants, as a platform admin sees them."""

import os
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.core.schemas import (
    ClearableSchema,
    Flag,
    Name,
    PageQuery,
    QueryFlag,
    Shown,
    Slug,
    TimeZone,
    UpdateSchema,
    read_only_names,
)

MOST_FOLDERS = 50
_SERVERS = "null: the server's own for the first tenant, none for any other"


class Folder(Name):
    """An absolute path of this server."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1000, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        path = super()._deserialize(value, attr, data, **kwargs)
        if not os.path.isabs(path):
            raise ValidationError("Must be an absolute path.")
        return path


class Folders(fields.List):
    """Some folders; an empty list allows none."""

    def __init__(self, description: str, example: list[str] | None) -> None:
        told = {"description": f"{description}; {_SERVERS}.", "example": example}
        limit = validate.Length(max=MOST_FOLDERS)
        super().__init__(
            Folder(metadata={"example": "/srv/acme"}),
            allow_none=True,
            validate=limit,
            metadata=told,
        )


class TenantFields(Schema):
    """What a platform admin sets."""

    name = Name(200, required=True, metadata={"example": "Acme AG"})
    timezone = TimeZone(metadata={"example": "Europe/Berlin"})
    source_roots = Folders("Where its backups may read", ["/srv/acme"])
    restore_roots = Folders("Where its restores may write", ["/srv/acme/restores"])
    storage_roots = Folders("Where its repositories may lie", None)


class TenantCreateSchema(ClearableSchema, TenantFields):
    """A new tenant; its short name stays."""

    slug = Slug(required=True, metadata={"example": "acme"})


class TenantSchema(Shown, TenantFields):
    """A tenant as it is shown."""

    slug = fields.String(dump_only=True, metadata={"example": "acme"})
    is_suspended = Flag(dump_only=True, metadata={"example": False})


class TenantUpdateSchema(UpdateSchema, TenantFields):
    """A change of the given fields; what GET gave besides them is ignored."""

    ignores = read_only_names(TenantSchema)


class TenantQuery(PageQuery):
    slug = fields.String(validate=validate.Length(max=63))
    is_suspended = QueryFlag()
