"""The wire format of health."""

from marshmallow import Schema, fields

_STATUS = {"example": "ok"}
_VERSION = {"example": "0.1.0"}


class LiveSchema(Schema):
    status = fields.String(required=True, metadata=_STATUS)
    version = fields.String(required=True, metadata=_VERSION)


class CheckSchema(Schema):
    state = fields.String(required=True, metadata=_STATUS)
    latency_seconds = fields.Float(required=True, metadata={"example": 0.001})


class ReadySchema(LiveSchema):
    database = fields.Nested(CheckSchema, required=True)
    broker = fields.Nested(CheckSchema, required=True)
    storage = fields.Nested(CheckSchema, required=True)
    queue_lag_seconds = fields.Float(required=True, allow_none=True, metadata={"example": 0.0})
    scheduler_lag_seconds = fields.Float(required=True, allow_none=True, metadata={"example": 2.5})
