"""The shape of what OAuth's token endpoint answers: flat, as RFC 6749 says in 5.1 and 5.2."""

import re
from typing import Any

from marshmallow import Schema, fields

from app.auth.errors import InvalidRequest
from app.core.errors import DomainError, InternalError, RateLimited, Unavailable
from app.core.http import Blueprint
from app.core.http.envelope import Envelope

# RFC 6749 knows no word for these at a token endpoint; these are those of its other one.
_WORDS = {
    InternalError.status: "server_error",
    RateLimited.status: "temporarily_unavailable",
    Unavailable.status: "temporarily_unavailable",
}
# What its error_description may not hold.
_FORBIDDEN = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


class TokenErrorSchema(Schema):
    """An error of OAuth; `error` is one of the RFC's words."""

    error = fields.String(metadata={"example": "invalid_client"})
    error_description = fields.String(metadata={"example": "The client is not known."})


class TokenEnvelope(Envelope):
    """What libraries for OAuth read; the trace id stands in the header alone."""

    error_schema = TokenErrorSchema
    headers = {"Pragma": "no-cache"}
    challenge = "Basic"

    def wrap(self, data: Any, message: str | None) -> dict[str, Any]:
        return dict(data)

    def wrap_error(self, error: DomainError) -> dict[str, Any]:
        told = _FORBIDDEN.sub("?", error.message)
        return {"error": self.code_of(type(error)), "error_description": told}

    def code_of(self, kind: type[DomainError]) -> str:
        if kind.code.islower():
            return kind.code
        return _WORDS.get(kind.status, InvalidRequest.code)

    def example_error(self, kind: type[DomainError]) -> dict[str, Any]:
        return {"error": self.code_of(kind), "error_description": kind.message}

    def schema_of(self, schema: Schema | None, *, is_page: bool) -> type[Schema]:
        return super().schema_of(None, is_page=is_page) if schema is None else type(schema)


class TokenBlueprint(Blueprint):
    """A blueprint whose views answer as OAuth says."""

    envelope = TokenEnvelope()
