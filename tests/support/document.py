"""The OpenAPI document, and what keeps an answer from being one that it tells of."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import TestResponse

from tests.support.operations import VERBS, Door, error_code, is_legacy

_CODE = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
_FORMATS = FormatChecker()
_REPLAYED = "Idempotency-Replayed"
# Headers that a caller acts on: one that comes is one that the document tells of.
_ACTED_ON = (
    "Deprecation",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
    _REPLAYED,
)


class Document:
    """The OpenAPI document, with its schemas closed: a field that it does not name fails."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self._components = deepcopy(raw["components"])
        for schema in self._components["schemas"].values():
            if schema.get("properties"):
                schema["additionalProperties"] = False
        # Making a validator costs more than using it; each is kept with its schema, so that
        # the schema's id stays its own.
        self._validators: dict[int, tuple[Mapping[str, Any], Draft202012Validator]] = {}

    @classmethod
    def of(cls, app: Flask) -> "Document":
        """What the application would serve, without asking it over HTTP."""
        spec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec
        return cls(json.loads(json.dumps(spec.to_dict())))

    def operations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each operation, under `GET /path/{id}`."""
        for path, item in self.raw["paths"].items():
            for method, operation in item.items():
                if method.upper() in VERBS:
                    yield f"{method.upper()} {path}", operation

    def tells_of(self, door: Door) -> bool:
        return door.method.lower() in self.raw["paths"].get(door.template, {})

    def operation(self, door: Door) -> dict[str, Any]:
        found: dict[str, Any] = self.raw["paths"][door.template][door.method.lower()]
        return found

    def body(self, door: Door) -> Any:
        """The example of the door's request body, None where it takes none."""
        content = self.operation(door).get("requestBody", {}).get("content", {})
        return deepcopy(next(iter(content.values()))["example"]) if content else None

    def resolve(self, part: dict[str, Any]) -> dict[str, Any]:
        """What a reference names; anything else is itself."""
        while "$ref" in part:
            *_, kind, name = part["$ref"].split("/")
            part = self.raw["components"][kind][name]
        return part

    def faults(self, value: Any, schema: Mapping[str, Any]) -> list[str]:
        """What keeps a value from fitting a schema of the document."""
        if id(schema) not in self._validators:
            root = {**schema, "components": self._components}
            validator = Draft202012Validator(root, format_checker=_FORMATS)
            self._validators[id(schema)] = schema, validator
        _, validator = self._validators[id(schema)]
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def faults_of(self, response: TestResponse, door: Door) -> list[str]:
        """What keeps an answer from being one that the document tells of; 500 never is."""
        told = self.operation(door)["responses"].get(str(response.status_code))
        if told is None or response.status_code == 500:
            return [f"the status {response.status_code} is not in the document"]
        if response.status_code == 204:
            empty = ["an answer without content has a body"] if response.data else []
            return empty + self._header_faults(response, told.get("headers", {}))
        content = told.get("content", {}).get(response.mimetype)
        if content is None:
            return [f"the type {response.mimetype} is not in the document"]
        faults = self._header_faults(response, told.get("headers", {}))
        if response.request.method == "HEAD":
            return faults + _head_faults(response)
        value = response.get_json() if response.is_json else response.text
        faults += self.faults(value, content["schema"]) + _trace_faults(response, value)
        code = error_code(value) if response.status_code >= 400 else None
        if code is not None and code not in content.get("examples", {}):
            faults.append(f"the code {code} is not in the document")
        return faults

    def faults_of_stray(self, response: TestResponse) -> list[str]:
        """What keeps the error of an address that is no operation from being like all others."""
        if not response.is_json:
            return [f"the type {response.mimetype} is no error's"]
        if response.request.method == "HEAD":
            return _head_faults(response)
        value = response.get_json()
        name = "LegacyError" if is_legacy(response.request.path) else "Error"
        faults = self.faults(value, self.raw["components"]["schemas"][name])
        if not _CODE.fullmatch(error_code(value) or ""):
            faults.append(f"the code is {error_code(value)}")
        return faults + _trace_faults(response, value)

    def _header_faults(self, response: TestResponse, told: Mapping[str, Any]) -> list[str]:
        faults = [
            f"the header {name} is not in the document"
            for name in _ACTED_ON
            if name in response.headers and name not in told
        ]
        for name, header in told.items():
            value = response.headers.get(name)
            if value is not None:
                is_number = header["schema"]["type"] == "integer"
                faults += self.faults(int(value) if is_number else value, header["schema"])
            elif header.get("required"):
                faults.append(f"the header {name} is missing")
        return faults


def _head_faults(response: TestResponse) -> list[str]:
    return ["an answer to HEAD has a body"] if response.data else []


def _trace_faults(response: TestResponse, value: Any) -> list[str]:
    """A replayed answer is the first one's, its trace id too; any other names its own."""
    meta = value.get("meta") if isinstance(value, dict) else None
    if not isinstance(meta, dict) or _REPLAYED in response.headers:
        return []
    is_own = meta.get("trace_id") == response.headers.get("X-Request-ID")
    return [] if is_own else ["meta.trace_id is not X-Request-ID"]
