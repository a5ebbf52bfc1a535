"""How addresses are matched: whole ids, no redirects, nothing that answers as HTML."""

import flask
from flask import Flask, Response
from flask.globals import request_ctx
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, ValidationError

from app.core.http.requests import Request
from app.core.strict_json import MAX_INTEGER


class IdConverter(IntegerConverter):
    """A positive whole number that a database's key can hold; beyond it there is only 404."""

    # Python itself refuses, in its own words, to read thousands of digits.
    regex = "[1-9][0-9]{0,18}"

    def __init__(self, map: object, *args: object, **kwargs: object) -> None:
        super().__init__(map, *args, **{"max": MAX_INTEGER, "min": 1, **kwargs})  # type: ignore[arg-type]

    def to_python(self, value: str) -> int:
        try:
            found: int = super().to_python(value)
        except ValidationError as exc:
            # Left to werkzeug this would be a 405 wherever the address takes several methods.
            raise NotFound() from exc
        return found


class NoSessions(SessionInterface):
    """No cookie carries anything here, so none is looked for on each request."""

    def open_session(self, app: Flask, request: flask.Request) -> None:
        """Open none."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep none."""


def harden(app: Flask) -> None:
    """Take `<int:…>` for an id, and never answer a slash too many with a redirect's page."""
    app.request_class = Request
    app.session_interface = NoSessions()
    app.url_map.converters["int"] = IdConverter
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.make_default_options_response = _options  # type: ignore[method-assign]


def _options() -> Response:
    """What an address takes; Flask's own answer would be an empty page of HTML."""
    adapter = request_ctx.url_adapter
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.allow.update(adapter.allowed_methods() if adapter is not None else ())
    return response
