"""The wire format of the audit log."""

from marshmallow import Schema, fields, validate

from app.core.schemas import Moment, PageQuery, QueryId, Whole, Word

PLATFORM = "platform"
_ORDER = (
    "`-id` (the default), `id`, `occurred_at`, `-occurred_at`, or `position`: the sealed rows in "
    "the order of their chain, a feed to follow, whose `next_cursor` is null on an empty page only."
)


class AuditQuery(PageQuery):
    sort = fields.String(validate=validate.Length(max=200), metadata={"description": _ORDER})
    actor = fields.String(
        validate=validate.Length(min=1, max=200),
        metadata={
            "description": "A name, or `user:3`, or `key:5` for an API key.",
            "example": "user:3",
        },
    )
    action = fields.String(
        validate=validate.Length(max=100), metadata={"example": "backups.update_job"}
    )
    resource_type = fields.String(
        validate=validate.Length(max=50), metadata={"example": "backup_job"}
    )
    resource_id = QueryId()
    status = fields.Integer(
        validate=validate.Range(min=100, max=599),
        metadata={"description": "The answer's; refusals are 401 and 403.", "example": 403},
    )
    from_ = Moment(data_key="from", metadata={"description": "Then or later."})
    to = Moment(metadata={"description": "Before."})
    scope = Word(
        [PLATFORM],
        metadata={
            "description": "`platform`: the rows that belong to no tenant; takes `platform:manage`."
        },
    )


class AuditActorSchema(Schema):
    """Who it was: a user, an API key, or the system; without an id a name that was only claimed."""

    kind = fields.String(allow_none=True, metadata={"example": "user"})
    id = Whole(1, allow_none=True)
    name = fields.String(allow_none=True, metadata={"example": "alice"})


class AuditChangeSchema(Schema):
    """A row that was made, changed or removed: each field before and after, secrets masked."""

    type = fields.String(metadata={"example": "backup_job"})
    id = Whole(1, allow_none=True)
    fields_ = fields.Dict(
        attribute="fields",
        data_key="fields",
        metadata={"example": {"name": ["Files", "Files of finance"]}},
    )


class AuditRowSchema(Schema):
    """A write, a sign-in or a refusal; `position` and `hash` are null until it is sealed."""

    id = Whole(1)
    occurred_at = Moment()
    action = fields.String(metadata={"example": "backups.update_job"})
    actor = fields.Nested(AuditActorSchema)
    address = fields.String(metadata={"example": "192.0.2.7"})
    trace_id = fields.String(metadata={"example": "4bf92f3577b34da6a3ce929d"})
    status = Whole(100, 599, metadata={"example": 200})
    code = fields.String(allow_none=True, metadata={"example": None})
    path = fields.String(metadata={"example": "/api/v1/backups/7"})
    resource_type = fields.String(allow_none=True, metadata={"example": "backup_job"})
    resource_id = Whole(1, allow_none=True, metadata={"example": 7})
    changes = fields.List(fields.Nested(AuditChangeSchema))
    count = Whole(1, metadata={"description": "How often within one minute."})
    position = Whole(1, allow_none=True)
    hash = fields.String(allow_none=True, metadata={"example": None})
