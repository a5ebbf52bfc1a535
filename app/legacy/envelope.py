"""The shape of every answer to a legacy script: flat, in ASCII, with its errors nested."""

import json
from typing import Any

from marshmallow import Schema, fields

from app.core.errors import DomainError
from app.core.http import Blueprint
from app.core.http.envelope import OPTIONAL, Envelope
from app.legacy.values import DEPRECATION, DEPRECATION_LINK


class LegacyErrorBodySchema(Schema):
    """What went wrong, and with which field."""

    code = fields.String(metadata={"example": "VALIDATION_ERROR"})
    message = fields.String(metadata={"example": "job_id is required"})
    details = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "One sentence a field."},
    )


class LegacyErrorSchema(Schema):
    success = fields.Boolean(metadata={"example": False})
    error = fields.Nested(LegacyErrorBodySchema)


class LegacyEnvelope(Envelope):
    """Scripts read `$response.execution_id`; PowerShell 5.1 takes ISO-8859-1 for granted where no
    charset is named."""

    error_schema = LegacyErrorSchema
    content_type = "application/json; charset=utf-8"
    headers = {"Deprecation": DEPRECATION, "Link": DEPRECATION_LINK}
    is_deprecated = True

    def render(self, body: dict[str, Any]) -> str:
        return json.dumps(body, ensure_ascii=True)

    def wrap(self, data: Any, message: str | None) -> dict[str, Any]:
        return {"success": True, **({"message": message} if message else {}), **data}

    def wrap_error(self, error: DomainError) -> dict[str, Any]:
        details = {str(name): _sentence(value) for name, value in error.details.items()}
        body = {"code": error.code, "message": error.message, "details": details}
        return {"success": False, "error": body}

    def example_error(self, kind: type[DomainError]) -> dict[str, Any]:
        body = {"code": kind.code, "message": kind.message, "details": {}}
        return {"success": False, "error": body}

    def _fields(self, schema: Schema) -> dict[str, Any]:
        return {
            "example_omits": ("message",),
            "success": fields.Boolean(metadata={"example": True}),
            "message": fields.String(metadata=OPTIONAL),
            **type(schema)._declared_fields,
        }


class LegacyBlueprint(Blueprint):
    """A blueprint whose views answer as scripts in the field expect."""

    envelope = LegacyEnvelope()


def _sentence(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
