"""The wire format of storage providers."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.core.logging import MASK, mask_text
from app.core.schemas import (
    ONE_LINE,
    ClearableSchema,
    Flag,
    Moment,
    Name,
    PageQuery,
    QueryFlag,
    Shown,
    Text,
    UpdateSchema,
    Whole,
    Word,
    is_one_line,
    read_only_names,
)
from app.storage.values import LOCATION_TYPES, PROVIDER_TYPES

_HOST_KEY = re.compile(r"[a-z0-9@.-]{1,60} [A-Za-z0-9+/]{20,1900}={0,2}")
_PLACE = {"description": "By type; a password in it is kept among the credentials."}


class Credentials(fields.Dict):
    """An object of texts, by type; what GET shows in its place is taken as `unchanged`."""

    def __init__(self, *, is_kept: bool = False, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), values=fields.String(), **kwargs)
        self._is_kept = is_kept

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == MASK:
            if self._is_kept:
                return value
            raise ValidationError("Is what hides credentials; send the credentials themselves.")
        given: dict[str, str] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        return given


class Address(Text):
    """One line without spaces around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_one_line(text):
            raise ValidationError(ONE_LINE)
        return text.strip()


class StorageQuery(PageQuery):
    provider_type = Word(PROVIDER_TYPES)
    location_type = Word(LOCATION_TYPES)
    is_online = QueryFlag()


class PlaceSchema(ClearableSchema):
    """Where a storage is and how one gets in."""

    example_omits = ("aws_account_id", "credentials", "endpoint", "host_key")

    provider_type = Word(PROVIDER_TYPES, required=True)
    connection_string = Address(
        1000, shortest=1, required=True, metadata={**_PLACE, "example": "/srv/holdfast/storage"}
    )
    credentials = Credentials(metadata={"description": "By type; never shown."})
    aws_account_id = Whole(
        1, metadata={"description": "For s3: whose keys are used, in place of credentials."}
    )
    endpoint = Address(
        500,
        shortest=1,
        metadata={"description": "For s3, azure and gcs.", "example": "https://s3.example.com"},
    )
    host_key = fields.String(
        validate=validate.Regexp(
            _HOST_KEY.pattern + r"\Z", error="Must be a key such as `ssh-ed25519 AAAA…`."
        ),
        metadata={"description": "An SFTP server's; without one the first test's is kept."},
    )


class StorageCreateSchema(PlaceSchema):
    name = Name(100, required=True, metadata={"example": "Vault"})
    location_type = Word(LOCATION_TYPES, required=True)
    is_immutable = Flag(load_default=False, metadata={"example": False})
    immutable_days = Whole(1, 36_500, metadata={"example": None})
    is_default = Flag(load_default=False, metadata={"example": False})
    capacity_bytes = Whole(1, metadata={"example": None})


class StorageProviderSchema(Shown):
    """A provider; its credentials never come back."""

    name = fields.String(metadata={"example": "Local storage"})
    provider_type = Word(PROVIDER_TYPES)
    location_type = Word(LOCATION_TYPES)
    connection_string = fields.Function(
        lambda provider: mask_text(provider.connection_string),
        metadata={"type": "string", "example": "/srv/holdfast/storage"},
    )
    credentials = fields.Function(
        lambda provider: MASK if provider.credentials else None,
        metadata={"type": ["string", "null"], "description": "Masked.", "example": None},
    )
    aws_account_id = Whole(1, allow_none=True, metadata={"example": None})
    endpoint = fields.String(allow_none=True, metadata={"example": None})
    host_key = fields.String(allow_none=True, metadata={"example": None})
    is_default = fields.Boolean()
    is_immutable = fields.Boolean(metadata={"example": False})
    immutable_days = Whole(1, allow_none=True, metadata={"example": None})
    capacity_bytes = Whole(0, allow_none=True, metadata={"example": None})
    is_online = fields.Boolean(allow_none=True, dump_only=True)
    is_low = fields.Boolean(allow_none=True, dump_only=True, metadata={"example": False})
    last_verified = Moment(allow_none=True, dump_only=True)
    last_error_code = fields.String(allow_none=True, dump_only=True, metadata={"example": None})
    immutability_proven = fields.Boolean(
        allow_none=True,
        dump_only=True,
        metadata={
            "description": "A deletion was tried: refused, done, or null: not known.",
            "example": None,
        },
    )
    immutability_checked_at = Moment(allow_none=True, dump_only=True, metadata={"example": None})


class StorageUpdateSchema(StorageCreateSchema, UpdateSchema):
    """A change of the given fields; masked credentials stay as they are."""

    # These are masked on their way out, not read-only.
    ignores = read_only_names(StorageProviderSchema) - {"connection_string", "credentials"}

    credentials = Credentials(is_kept=True, metadata={"description": "By type; never shown."})
    is_immutable = Flag(metadata={"example": False})
    is_default = Flag(metadata={"example": False})


class StorageTestSchema(Schema):
    """What a test found."""

    accessible = fields.Boolean(attribute="probe.accessible")
    writable = fields.Boolean(
        attribute="probe.writable",
        metadata={"description": "A probe was written, read back and compared."},
    )
    total_space_bytes = Whole(
        0, attribute="probe.total_bytes", allow_none=True, metadata={"example": 4000000000000}
    )
    free_space_bytes = Whole(
        0, attribute="probe.free_bytes", allow_none=True, metadata={"example": 3000000000000}
    )
    latency_ms = fields.Float(
        attribute="probe.latency_ms", allow_none=True, metadata={"example": 2.5}
    )
    error_code = fields.String(
        attribute="probe.error_code", allow_none=True, metadata={"example": None}
    )
    error_message = fields.String(
        attribute="probe.error_message", allow_none=True, metadata={"example": None}
    )
    host_key = fields.String(
        attribute="probe.host_key",
        allow_none=True,
        metadata={"description": "What an SFTP server showed.", "example": None},
    )
    immutability_proven = fields.Boolean(allow_none=True, metadata={"example": None})
    immutability_message = fields.String(allow_none=True, metadata={"example": None})


class StorageSpaceSchema(Schema):
    """How full a storage is; null is what nobody knows."""

    total_bytes = Whole(0, allow_none=True, metadata={"example": 4000000000000})
    used_bytes = Whole(0, allow_none=True, metadata={"example": 1000000000000})
    free_bytes = Whole(0, allow_none=True, metadata={"example": 3000000000000})
    utilization_percent = fields.Float(allow_none=True, metadata={"example": 25.0})
    backup_count = Whole(0, metadata={"example": 42})
    growth_bytes_per_day = fields.Float(allow_none=True, metadata={"example": 5000000000.0})
    days_until_full = fields.Float(allow_none=True, metadata={"example": 600.0})
    last_updated = Moment(allow_none=True)
