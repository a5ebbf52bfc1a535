"""The envelope: one shape for every answer, at run time and in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, g
from marshmallow import Schema, fields

from app.core.errors import DomainError
from app.core.pagination import Page
from app.core.schemas import Whole

# Told to the document: an answer may come without this field.
OPTIONAL = {"optional": True}


class MetaSchema(Schema):
    trace_id = fields.String(required=True, metadata={"example": "4bf92f3577b34da6a3ce929d"})


class PageMetaSchema(MetaSchema):
    next_cursor = fields.String(required=True, allow_none=True, metadata={"example": None})


class ErrorSchema(Schema):
    """Every error's shape; `error` is a stable code."""

    success = fields.Boolean(required=True, metadata={"example": False})
    error = fields.String(required=True, metadata={"example": "VALIDATION_ERROR"})
    message = fields.String(required=True)
    details = fields.Dict(keys=fields.String(), metadata={"description": "What about which field."})
    meta = fields.Nested(MetaSchema, required=True)


class DoneSchema(Schema):
    """The answer of an operation that has nothing to show."""

    success = fields.Boolean(required=True, metadata={"example": True})
    message = fields.String(required=True)
    data = fields.Raw(required=True, metadata={"type": "null", "example": None})
    meta = fields.Nested(MetaSchema, required=True)


class Envelope:
    """The envelope of /api/v1."""

    error_schema: type[Schema] = ErrorSchema
    content_type = "application/json"
    headers: Mapping[str, str] = {}
    is_deprecated = False
    challenge = "Bearer"

    def __init__(self) -> None:
        self._documented: dict[tuple[type[Schema], bool], type[Schema]] = {}

    def respond(self, body: dict[str, Any], status: int) -> Response:
        """The response that carries a wrapped answer or error."""
        return self.respond_with(self.render(body), status)

    def respond_with(self, text: str, status: int) -> Response:
        """A response of text that was rendered before, as a replayed one was."""
        response = current_app.response_class(text, status, content_type=self.content_type)
        response.headers.update(self.headers)
        return response

    def render(self, body: dict[str, Any]) -> str:
        return current_app.json.dumps(body)

    def wrap(self, data: Any, message: str | None) -> dict[str, Any]:
        body: dict[str, Any] = {"success": True}
        if message:
            body["message"] = message
        return {**body, "data": data, "meta": {"trace_id": g.trace_id}}

    def wrap_page(self, items: list[Any], page: Page) -> dict[str, Any]:
        meta = {"trace_id": g.trace_id, "next_cursor": page.next_cursor}
        return {"success": True, "data": items, **page.numbers, "meta": meta}

    def wrap_error(self, error: DomainError) -> dict[str, Any]:
        return {
            "success": False,
            "error": error.code,
            "message": error.message,
            "details": error.details,
            "meta": {"trace_id": g.trace_id},
        }

    def code_of(self, kind: type[DomainError]) -> str:
        """The code under which an error leaves in this envelope."""
        return kind.code

    def example_error(self, kind: type[DomainError]) -> dict[str, Any]:
        """An error's body as the document shows it."""
        return {
            "success": False,
            "error": kind.code,
            "message": kind.message,
            "details": {},
            "meta": {"trace_id": "4bf92f3577b34da6a3ce929d"},
        }

    def schema_of(self, schema: Schema | None, *, is_page: bool) -> type[Schema]:
        """The documented schema of an answer; the same class for the same content."""
        if schema is None:
            return DoneSchema
        key = (type(schema), is_page)
        if key not in self._documented:
            name = type(schema).__name__.removesuffix("Schema")
            made = self._page_fields(schema) if is_page else self._fields(schema)
            title = f"{name}PageSchema" if is_page else f"{name}AnswerSchema"
            self._documented[key] = type(title, (Schema,), made)
        return self._documented[key]

    def _fields(self, schema: Schema) -> dict[str, Any]:
        return {
            "example_omits": ("message",),
            "success": fields.Boolean(required=True, metadata={"example": True}),
            "message": fields.String(metadata=OPTIONAL),
            "data": fields.Nested(type(schema), required=True),
            "meta": fields.Nested(MetaSchema, required=True),
        }

    def _page_fields(self, schema: Schema) -> dict[str, Any]:
        return {
            "success": fields.Boolean(required=True, metadata={"example": True}),
            "data": fields.List(fields.Nested(type(schema)), required=True),
            "total": Whole(0, metadata={**OPTIONAL, "example": 1}),
            "total_exact": fields.Boolean(
                metadata={**OPTIONAL, "description": "false above 1,000 rows."}
            ),
            "page": Whole(1, metadata={**OPTIONAL, "example": 1}),
            "page_size": Whole(1, 100, metadata={**OPTIONAL, "example": 20}),
            "total_pages": Whole(0, metadata={**OPTIONAL, "example": 1}),
            "meta": fields.Nested(PageMetaSchema, required=True),
        }
