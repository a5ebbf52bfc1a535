"""What is read off a request: its trace, its credential, its body, query and preconditions."""

import re
import time
from collections.abc import Mapping
from typing import Any

import flask
from flask import Response, current_app, g, request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from app.core import forms, ids, strict_json
from app.core.errors import MalformedBody, UnsupportedMediaType, ValidationFailed
from app.core.forms import SentForm
from app.core.http import browsers
from app.core.identity import Credential, find_actor
from app.core.logging import bind, clear, get_logger
from app.core.schemas import StrictSchema

_ENTITY_TAG = re.compile(r'(?:W/)?"v(\d{1,18})"')
_NO_PARAMETERS = StrictSchema()
log = get_logger("request")


class Request(flask.Request):
    """Flask's, which cuts a chunked body off at the limit in silence instead of refusing it."""

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        limit: int = current_app.config["MAX_CONTENT_LENGTH"]
        if self.content_length is None:
            self.max_content_length = limit + 1
        body = super().get_data(*args, **kwargs)
        if len(body) > limit:
            raise RequestEntityTooLarge()
        return body


def begin() -> None:
    """Keep the caller's trace id or make one; it stands in every log line from here on."""
    headers = request.headers
    found = ids.clean_trace_id(headers.get("X-Request-ID"), headers.get("traceparent"))
    g.trace_id = found or ids.new_trace_id()
    g.began = time.perf_counter()
    clear()
    bind(trace_id=g.trace_id)


def finish(response: Response) -> Response:
    """Give the trace id back and write the one log line of this request."""
    response.headers["X-Request-ID"] = g.trace_id
    browsers.restrict(response)
    actor = find_actor()
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        duration_seconds=round(time.perf_counter() - g.began, 6),
        address=request.remote_addr,
        actor=actor.key if actor else None,
    )
    return response


def address() -> str:
    return request.remote_addr or "unknown"


def credential() -> Credential | None:
    """The token of X-API-Key or of `Authorization: Bearer`; other schemes are none of ours."""
    if "credential" not in g:
        g.credential = _read_credential()
    found: Credential | None = g.credential
    return found


def _read_credential() -> Credential | None:
    key = request.headers.get("X-API-Key", "").strip()
    if key:
        return Credential(key, address())
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credential(token.strip(), address())
    return None


def raw_body() -> tuple[bytes, str | None]:
    """The body's bytes and its Content-Type as sent, for what is not read as strict JSON."""
    return request.get_data(cache=True), request.headers.get("Content-Type")


def sent_form() -> SentForm:
    """The body as a form, with the Authorization header: OAuth's clients may use either."""
    if "form" not in g:
        header = request.headers.get("Authorization", "")
        g.form = forms.parse(request.get_data(cache=True), request.mimetype, header)
    found: SentForm = g.form
    return found


def read_body(schema: Schema, *, required: bool = True) -> dict[str, Any]:
    """The JSON body through its schema; raises what the conventions' table says."""
    raw = request.get_data(cache=True)
    if not raw and (not required or request.mimetype in ("", "application/json")):
        return load(schema, {})
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise UnsupportedMediaType()
    return load(schema, parse(raw))


def parse(raw: bytes) -> Any:
    """Strict JSON; a text that no database could keep names its field."""
    try:
        return strict_json.loads(raw)
    except strict_json.InvalidText as exc:
        raise ValidationFailed.on(exc.path or "_schema", str(exc)) from exc
    except strict_json.MalformedJson as exc:
        raise MalformedBody(f"The body is not valid JSON: {exc}") from exc


def read_query(schema: Schema | None) -> dict[str, Any]:
    """The query string through its schema; a parameter given twice or unknown is refused."""
    values = {}
    for name, given in request.args.lists():
        if len(given) > 1:
            raise ValidationFailed.on(name, "Given more than once.")
        if "\x00" in name + given[0]:
            raise ValidationFailed.on(name.replace("\x00", ""), "Must not hold a NUL character.")
        values[name] = given[0]
    return load(schema or _NO_PARAMETERS, values)


def load(schema: Schema, data: Any) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as exc:
        raise ValidationFailed(details=_dotted(exc.messages)) from exc
    return loaded


def _dotted(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages as one level: `tags.3`, `storage.name`."""
    if not isinstance(messages, Mapping):
        told = [messages] if isinstance(messages, str) else list(messages)
        return {prefix or "_schema": told}
    flat: dict[str, list[str]] = {}
    for name, inner in messages.items():
        flat.update(_dotted(inner, f"{prefix}.{name}" if prefix else str(name)))
    return flat


def expected_version() -> int | None:
    """The version that If-Match names, the newest of several; None for no header or `*`."""
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        return None
    matches = [_ENTITY_TAG.fullmatch(tag.strip()) for tag in sent.split(",")]
    # Versions only rise, so of several tags the newest alone can match. A tag that was never
    # given out matches nothing, which is what -1 does.
    return max(int(match.group(1)) if match else -1 for match in matches)
