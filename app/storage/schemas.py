"""The wire format of storage providers."""

from marshmallow import fields

from app.core.logging import MASK
from app.core.schemas import Moment, PageQuery, QueryFlag, Shown, Whole, Word
from app.storage.values import LOCATION_TYPES, PROVIDER_TYPES


class StorageQuery(PageQuery):
    provider_type = Word(PROVIDER_TYPES)
    location_type = Word(LOCATION_TYPES)
    is_online = QueryFlag()


class StorageProviderSchema(Shown):
    """A provider; its credentials never come back."""

    name = fields.String(metadata={"example": "Local storage"})
    provider_type = Word(PROVIDER_TYPES)
    location_type = Word(LOCATION_TYPES)
    connection_string = fields.String(metadata={"example": "/srv/holdfast/storage"})
    credentials = fields.Function(
        lambda provider: MASK if provider.credentials else None,
        metadata={"type": ["string", "null"], "description": "Masked.", "example": None},
    )
    is_default = fields.Boolean()
    is_immutable = fields.Boolean(metadata={"example": False})
    immutable_days = Whole(1, allow_none=True, metadata={"example": None})
    capacity_bytes = Whole(0, allow_none=True, metadata={"example": None})
    is_online = fields.Boolean(allow_none=True)
    last_verified = Moment(allow_none=True)
