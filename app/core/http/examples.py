"""Examples for the OpenAPI document, made from the schemas themselves."""

from typing import Any

from marshmallow import Schema, fields, validate

_BY_KIND: tuple[tuple[type[fields.Field], Any], ...] = (
    (fields.Boolean, True),
    (fields.Integer, 1),
    (fields.Float, 1.0),
    (fields.DateTime, "2026-01-31T02:00:00Z"),
    (fields.Date, "2026-01-31"),
    (fields.Dict, {}),
)


def example_of(schema: Schema) -> Any:
    """One value that fits the schema: each field's own example, else one of its kind.

    A schema may name fields in `example_omits`, where one rules another out.
    """
    omitted = getattr(schema, "example_omits", ())
    value = {
        field.data_key or name: _field(field)
        for name, field in schema.fields.items()
        if name not in omitted
    }
    return [value] if schema.many else value


def _field(field: fields.Field) -> Any:
    if "example" in field.metadata:
        return field.metadata["example"]
    if isinstance(field, fields.Nested):
        return example_of(field.schema)
    if isinstance(field, fields.List):
        return [_field(field.inner)]
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            return next(iter(check.choices))
    return next((value for kind, value in _BY_KIND if isinstance(field, kind)), "text")
