"""schemathesis over the API document: requests that reach what exists, and what they came to."""

import itertools
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.case import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi import checks
from werkzeug.test import TestResponse

from tests.support.bodies import Scene, body_for
from tests.support.cast import Caller, Cast
from tests.support.document import Document
from tests.support.operations import DOCUMENT_URL, Door, doors
from tests.support.rows import make_rows

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# Of requests that were drawn to be refused; scripts' posts are taken in whatever form they come.
REFUSAL = checks.negative_data_rejection
# Ids that are drawn are nobody's: what a low number hits depends on what was made before.
_FIRST_NOBODYS = 1_000_000_000
_OTHER_PLACES = (ParameterLocation.QUERY, ParameterLocation.HEADER, ParameterLocation.BODY)


def load_schema(app: Flask) -> BaseSchema:
    """The document as the application serves it."""
    schema: BaseSchema = schemathesis.openapi.from_wsgi(DOCUMENT_URL, app)
    # Who calls is the test's choice, not the fuzzer's.
    schema.config.generation.update(with_security_parameters=False)
    return schema


@dataclass
class Tally:
    """How many requests each operation took, what it answered, and what was wrong with it."""

    answers: dict[str, Counter[int]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        return sum(sum(statuses.values()) for statuses in self.answers.values())

    def never_succeeded(self) -> list[str]:
        return [name for name, seen in self.answers.items() if not any(s < 300 for s in seen)]

    def told(self) -> str:
        return "\n\n".join(f"{name}: {fault}" for name, fault in self.faults.items())

    def note(self, name: str, status: int) -> None:
        self.answers.setdefault(name, Counter())[status] += 1


class Stage:
    """Somebody who calls the operations of the document with what a fuzzer drew."""

    def __init__(
        self, cast: Cast, document: Document, role: str, tally: Tally | None = None
    ) -> None:
        self.tally = tally or Tally()
        self._cast, self._document, self._role = cast, document, role
        self._doors = {door.name: door for door in doors(cast.app)}
        self._caller = self._sign_in()
        # Makes what the requests are about, whatever becomes of the caller.
        self._maker = cast.caller("admin", is_platform_admin=True)
        self._turns = itertools.count()

    def door_of(self, case: Case[Any]) -> Door:
        return self._doors[f"{case.operation.method.upper()} {case.operation.path}"]

    def vary(self, case: Case[Any], picks: Collection[int]) -> None:
        """In turn: what succeeds, that with one or some drawn parts, and what was drawn."""
        turn = next(self._turns) % 5
        if turn == 4:
            away(case)
            return
        if turn != 3:
            case.headers.pop("If-Match", None)
        self.furnish(case, None if turn == 3 else [*picks][:turn])

    def furnish(
        self, case: Case[Any], picks: Collection[int] | None = (), *, keeps_path: bool = False
    ) -> None:
        """Let the case name rows that exist and, but for some fields, send what succeeds.

        `picks` says by their places which fields of body and query are sent as drawn; None is for
        all. What was drawn to be refused stays.
        """
        door = self.door_of(case)
        rows = make_rows(self._cast, self._maker, door.parameters)
        is_refused = any(_is_negative(case, place) for place in _OTHER_PLACES)
        is_free = is_refused or not _is_negative(case, ParameterLocation.PATH)
        if door.parameters and is_free and not keeps_path:
            case.path_parameters = dict(rows)
        if self._is_for_hosts(door):
            self._empty_queue()
        good = body_for(door, Scene(self._cast, self._maker, rows), self._document)
        if picks is None or is_refused:
            return
        if case.query:
            case.query = _picked(case.query, picks)
        if isinstance(good, dict) and isinstance(case.body, dict):
            case.body = {**good, **_picked(case.body, picks)}

    def send(self, case: Case[Any], more_checks: Collection[Any] = ()) -> TestResponse:
        """The answer; a fault of it is told in the tally."""
        door = self.door_of(case)
        if door.rule.startswith("/api/v1/auth/"):
            # It may change its caller's password, or sign them out.
            self._caller = self._sign_in()
        response = self._send(door, case)
        self.tally.note(door.name, response.status_code)
        try:
            case.validate_response(response, checks=[*CHECKS, *more_checks])
        except FailureGroup as failures:
            self.tally.faults.setdefault(door.name, str(failures))
        if response.status_code == 401:
            self._caller = self._sign_in()
        return response

    def _send(self, door: Door, case: Case[Any]) -> TestResponse:
        is_host = self._is_for_hosts(door) and self._role == "admin"
        caller = self._cast.runner() if is_host else self._caller
        options = case.as_transport_kwargs(headers=dict(caller.headers))
        if "json" in options:
            # The test client's own JSON ends at 64 bits.
            options["data"] = json.dumps(options.pop("json"))
            options["headers"].setdefault("Content-Type", "application/json")
        return caller.client.open(**options)

    def _sign_in(self) -> Caller:
        # The flag is for work on tenants, which nobody does without it.
        return self._cast.caller(self._role, is_platform_admin=self._role == "admin")

    def _is_for_hosts(self, door: Door) -> bool:
        return door.operation is not None and door.operation.permission == "runners:claim"

    def _empty_queue(self) -> None:
        while self._cast.runner().post("/api/v1/runners/claim", {}).status_code == 200:
            pass


def away(case: Case[Any]) -> None:
    """Move the ids that were drawn to where no row is."""
    for name, value in (case.path_parameters or {}).items():
        if isinstance(value, int) and 0 < value < _FIRST_NOBODYS:
            case.path_parameters = {**case.path_parameters, name: value + _FIRST_NOBODYS}


def _picked(drawn: dict[str, Any], picks: Collection[int]) -> dict[str, Any]:
    names = sorted(drawn)
    return (
        {name: drawn[name] for pick in picks if (name := names[pick % len(names)])} if names else {}
    )


def _is_negative(case: Case[Any], location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)
