"""The test client of every test: no answer passes that the API document does not tell of."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.support.document import Document
from tests.support.operations import Door, doors

_KEPT = "checked_doors"
# Making one takes a second and a half, and there are tests that make an application each.
_documents: dict[frozenset[tuple[str, Any]], Document] = {}


class CheckedClient(FlaskClient):
    """Flask's own, which holds each answer against the document of its application.

    A 500 of an operation never passes: a test that sabotages brings a view of its own.
    """

    def open(self, *args: Any, **options: Any) -> TestResponse:
        response = super().open(*args, **options)
        faults = _doors_of(self.application).faults_of(response)
        request = response.request
        assert not faults, (
            f"{request.method} {request.path} answered {response.status_code} as the API "
            f"document does not tell: {'; '.join(faults)}\n{response.text[:2000]}"
        )
        return response


class _Doors:
    """The operations of one application, found again by what a request asked for."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._document = _document_of(app)
        self._doors = {(door.rule, door.method): door for door in doors(app)}

    def faults_of(self, response: TestResponse) -> list[str]:
        door = self._asked(response)
        if door is not None and self._document.tells_of(door):
            return self._document.faults_of(response, door)
        # Pages, files, preflights and the tests' own views are no operations; their errors are
        # everybody's, as are those of addresses and methods that do not exist.
        return self._document.faults_of_stray(response) if response.status_code >= 400 else []

    def _asked(self, response: TestResponse) -> Door | None:
        request = response.request
        try:
            rule, _ = self._app.url_map.bind_to_environ(request.environ).match(return_rule=True)
        except HTTPException:
            return None
        method = "GET" if request.method == "HEAD" else request.method
        return self._doors.get((rule.rule, method))


def _document_of(app: Flask) -> Document:
    """The document is of the views alone; whoever makes an application of the same has it too."""
    views = frozenset(
        (door.name, app.view_functions[door.endpoint]) for door in doors(app) if door.operation
    )
    if views not in _documents:
        _documents[views] = Document.of(app)
    return _documents[views]


def _doors_of(app: Flask) -> _Doors:
    kept: _Doors | None = app.extensions.get(_KEPT)
    if kept is None:
        kept = app.extensions[_KEPT] = _Doors(app)
    return kept
