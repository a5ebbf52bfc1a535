"""Where a caller's own text goes in: of every operation, as the API document tells of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from sqlalchemy import Engine, event

from tests.support.document import Document
from tests.support.operations import Door

Place = tuple[str | int, ...]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The text of every statement that is sent to the database meanwhile, without its values."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def query_names(document: Document, door: Door) -> list[str]:
    """Every parameter of its query."""
    return [one["name"] for one in _query(document, door)]


def text_filters(document: Document, door: Door) -> list[str]:
    """The parameters of its query that take text of no closed list and of no form."""
    return [one["name"] for one in _query(document, door) if _is_free_text(one["schema"])]


def text_places(document: Document, door: Door) -> list[Place]:
    """Where its body takes text of no closed list and of no form; 0 stands for each of a list."""
    body = document.operation(door).get("requestBody", {}).get("content", {}).values()
    return [place for content in body for place in _texts(document, content["schema"], ())]


def planted(body: Any, place: Place, text: str) -> Any:
    """A copy of a body with this text in its place."""
    copied = deepcopy(body) if body is not None else {}
    inner = copied
    for name, after in zip(place, place[1:], strict=False):
        inner = _below(inner, name, [] if after == 0 else {})
    _put(inner, place[-1], text)
    return copied


def found(body: Any, place: Place) -> Any:
    """What stands in this place, None where there is no such place."""
    for name in place:
        is_there = name in body if isinstance(body, Mapping) else isinstance(body, list) and body
        if not is_there:
            return None
        body = body[name]
    return body


def name_of(place: Place) -> str:
    """The place as an error's details name it."""
    return ".".join(map(str, place))


def _query(document: Document, door: Door) -> list[dict[str, Any]]:
    return [one for one in document.operation(door).get("parameters", []) if one["in"] == "query"]


def _is_free_text(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type")
    is_text = "string" in (kinds if isinstance(kinds, list) else [kinds])
    return is_text and "enum" not in schema and "format" not in schema


def _texts(document: Document, schema: Mapping[str, Any], place: Place) -> Iterator[Place]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document.raw["components"]["schemas"][name]
    for kinds in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(kinds, []):
            yield from _texts(document, one, place)
    if _is_free_text(schema):
        yield place
    if "items" in schema:
        yield from _texts(document, schema["items"], (*place, 0))
    for name, inner in schema.get("properties", {}).items():
        yield from _texts(document, inner, (*place, name))


def _below(inner: Any, name: str | int, empty: Any) -> Any:
    if isinstance(inner, list):
        inner[:] = [empty]
        return inner[0]
    if not isinstance(inner.get(name), type(empty)):
        inner[name] = empty
    return inner[name]


def _put(inner: Any, name: str | int, text: str) -> None:
    if isinstance(inner, list):
        inner[:] = [text]
    else:
        inner[name] = text
