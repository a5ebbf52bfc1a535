"""The API document as a whole: its title, its ways to sign in, its error responses."""

from collections.abc import Iterable
from threading import RLock
from typing import Any

import flask_smorest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import get_fields, resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response, json
from marshmallow import fields

from app.core.http.envelope import ErrorSchema
from app.core.http.links import add_links
from app.core.schemas import StrictSchema

DESCRIPTION = """Holdfast registers backup jobs, runs them or hears from those who do, and proves
that they can be restored. Every answer is an envelope with `success` and `meta.trace_id`;
errors carry a stable code in `error`. Sign in at `/api/v1/auth/login`, or send an API key as
`X-API-Key`. The operations under `/api/backup` are for PowerShell scripts in the field.

Every answer names its trace in `X-Request-ID`; a limited one counts in `X-RateLimit-Limit`,
`X-RateLimit-Remaining` and `X-RateLimit-Reset`. `HEAD` answers wherever `GET` does, without the
body, and `OPTIONS` names in `Allow` what an address takes. An address that is not here is 404
`NOT_FOUND`, a method that it does not take 405 `METHOD_NOT_ALLOWED`."""

# Python's end of a text, which `$` is not: that would let a line break pass.
_END = r"\Z"


class Converter(OpenAPIConverter):
    """What marshmallow's schemas leave unsaid: an answer gives every field, and may gain more."""

    def field2property(self, field: fields.Field) -> dict[str, Any]:
        """Patterns as JavaScript knows them; null beside an enumeration, not among its words."""
        described: dict[str, Any] = super().field2property(field)
        pattern = described.get("pattern", "")
        if pattern.endswith(_END):
            described["pattern"] = f"^{pattern.removesuffix(_END)}$"
        words = described.get("enum", [])
        if None in words:
            del described["enum"]
            named = {
                "type": next(kind for kind in described.pop("type") if kind != "null"),
                "enum": [word for word in words if word is not None],
            }
            described["anyOf"] = [named, {"type": "null"}]
        return described

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        described: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        resolved = resolve_schema_instance(schema)
        if isinstance(resolved, StrictSchema):
            if resolved.ignores:
                described.pop("additionalProperties", None)
            return described
        described.pop("additionalProperties", None)
        described["required"] = sorted(
            field.data_key or name
            for name, field in get_fields(schema).items()
            if not field.metadata.get("optional")
        )
        return described


class Plugin(MarshmallowPlugin):
    Converter = Converter


class Api(flask_smorest.Api):
    """flask-smorest's, without its own idea of an error's and of a page's shape.

    The document is made when it is first asked for: that takes longer than all else of the
    start, and workers, schedulers and commands never ask.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = ErrorSchema

    def __init__(self, app: Flask) -> None:
        self._untold: list[tuple[flask_smorest.Blueprint, str]] = []
        self._telling = RLock()
        self._told: str | None = None
        super().__init__(app)

    @property
    def spec(self) -> APISpec:
        """The document, of every blueprint that is registered by now."""
        with self._telling:
            is_new = bool(self._untold)
            while self._untold:
                blueprint, name = self._untold.pop(0)
                blueprint.register_views_in_doc(
                    self, self._app, self._spec, name=name, parameters=None
                )
                self._spec.tag({"name": name, "description": blueprint.description})
            if is_new:
                add_links(self._spec.to_dict()["paths"], self._locations())
        return self._spec

    @spec.setter
    def spec(self, spec: APISpec) -> None:
        self._spec = spec

    def _locations(self) -> dict[str, str]:
        """The Location that each operation answers with, by the operation's id."""
        views = self._app.view_functions.values()
        declared = {view.__name__: getattr(view, "operation", None) for view in views}
        return {name: told.location for name, told in declared.items() if told and told.location}

    def untold_blueprints(self) -> list[str]:
        """The names of those that the document does not hold yet."""
        return [name for _, name in self._untold]

    def register_blueprint(self, blueprint: flask_smorest.Blueprint, **options: Any) -> None:
        """Mount a blueprint now, and tell of it later."""
        name = options.get("name", blueprint.name)
        self._app.extensions["flask-smorest"]["blp_name_to_api"][name] = self
        self._app.register_blueprint(blueprint, **options)
        self._untold.append((blueprint, name))
        self._told = None

    def _openapi_json(self) -> Response:
        """The document as text, which is made once: it takes a fifth of a second."""
        with self._telling:
            if self._told is None:
                self._told = json.dumps(self.spec.to_dict())
        return self._app.response_class(self._told, mimetype="application/json")

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(marshmallow_plugin=Plugin(), **options)

    def _register_pagination_header(self) -> None:
        """None: a page's numbers are in its body."""


def describe_api(app: Flask, scopes: Iterable[str]) -> None:
    """Settings of the document; scopes are the permissions that a token may hold."""
    app.config.update(
        API_TITLE="Holdfast",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION},
            "servers": [{"url": "/"}],
            "components": {
                "securitySchemes": {
                    "bearer": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "An access token, or an API key.",
                    },
                    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                    "oauth2": {
                        "type": "oauth2",
                        "description": "An API key's id and secret for an access token.",
                        "flows": {
                            "clientCredentials": {
                                "tokenUrl": "/api/v1/auth/token",
                                "scopes": dict.fromkeys(scopes, "The permission of that name."),
                            }
                        },
                    },
                }
            },
        },
    )
