"""Every door of the application, from its own URL map."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.core.http.operation import Operation
from app.users.values import PLATFORM_PERMISSIONS

DOCUMENT_URL = "/api/v1/openapi.json"
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_LEGACY = "/api/backup"
_ARGUMENT = re.compile(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>")


@dataclass(frozen=True, eq=False)
class Door:
    """One method at one address; `operation` is None for what is no operation of the API."""

    method: str
    rule: str
    endpoint: str
    operation: Operation | None

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return _ARGUMENT.findall(self.rule)

    @property
    def template(self) -> str:
        """Its path as the document writes it."""
        return _ARGUMENT.sub(r"{\1}", self.rule)

    @property
    def name(self) -> str:
        """As the document and the access table name it: `GET /path/{id}`."""
        return f"{self.method} {self.template}"

    def path(self, values: Mapping[str, object]) -> str:
        return _ARGUMENT.sub(lambda found: str(values[found[1]]), self.rule)


def doors(app: Flask) -> list[Door]:
    """Each method of each rule that the application answers, HEAD and OPTIONS aside."""
    return [
        Door(method, rule.rule, rule.endpoint, _operation(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        for method in VERBS
        if method in (rule.methods or ())
    ]


def is_for_platform(door: Door) -> bool:
    """Asks for what only the flag of a person gives, which no API key has."""
    return door.operation is not None and door.operation.permission in PLATFORM_PERMISSIONS


def is_legacy(path: str) -> bool:
    """Answers as scripts in the field expect: flat, with nested errors."""
    return path == _LEGACY or path.startswith(_LEGACY + "/")


def _operation(app: Flask, endpoint: str) -> Operation | None:
    return getattr(app.view_functions[endpoint], "operation", None)


def error_code(body: Any) -> str | None:
    """The code of an error, in either of the two envelopes."""
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else error


def error_details(body: Any) -> Any:
    """The details of an error, in either of the two envelopes."""
    error = body["error"]
    return error["details"] if isinstance(error, dict) else body["details"]
