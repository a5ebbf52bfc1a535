"""Callers that post one thing after another, each over a connection that it keeps."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse
from itertools import cycle
from typing import Any, Self

from tests.support.ledger import Ledger

Connect = Callable[[], HTTPConnection]

UNAVAILABLE = (503, "UNAVAILABLE")
IN_PROGRESS = (409, "REQUEST_IN_PROGRESS")
BROKEN = (0, "")
# The kind of thing that is asked for under an Idempotency-Key.
KEYED = "keyed"
PAUSE_SECONDS = 0.1
# More impatient than Retry-After asks for: the pressure does not let up during an outage.
REPEAT_SECONDS = 0.5
# Only its lease, of up to a minute, can end this.
IN_PROGRESS_SECONDS = 1.0
# A status is the same run as an earlier one when the same bytes come within 120 s.
STATUS_REPEATED_WITHIN = 60
# The key of a request that was killed is free again after 60 s.
KEYED_REPEATED_WITHIN = 180


@dataclass(frozen=True)
class Post:
    """How a caller asks for one kind of thing; `body` makes it for a mark.

    With `has_key` the mark is the Idempotency-Key too. What is still open is sent again, the same
    bytes, for `repeated_within` seconds; 0 where a second one would be another thing.
    """

    kind: str
    path: str
    headers: Mapping[str, str]
    body: Callable[[str], dict[str, Any]]
    repeated_within: float = 0
    has_key: bool = False

    def sent_again_for(self, seconds: float) -> Self:
        """The same, sent again for another time than its kind allows in general."""
        return replace(self, repeated_within=seconds)

    def send(self, connection: HTTPConnection, mark: str) -> HTTPResponse:
        """Ask for it; the answer is there to be read."""
        headers = {**self.headers, "Content-Type": "application/json"}
        if self.has_key:
            headers["Idempotency-Key"] = mark
        connection.request("POST", self.path, json.dumps(self.body(mark)), headers)
        return connection.getresponse()


@dataclass
class Load:
    """Posts from as many threads as `connects` has ways to connect, for as long as the block lasts.

    At its end what may be sent again is, until it is acknowledged. `refusals` counts what was not
    a 2xx by status and code, `improper` tells of answers that no caller should get: outside the
    envelope, or with no time to come back.
    """

    ledger: Ledger
    posts: Sequence[Post]
    connects: Sequence[Connect]
    refusals: Counter[tuple[int, str]] = field(default_factory=Counter)
    improper: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._call, args=(connect, number), daemon=True)
            for number, connect in enumerate(self.connects)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Begin nothing more, and wait until what was begun has come to its end."""
        self._over.set()
        for thread in self._threads:
            thread.join(KEYED_REPEATED_WITHIN + 120)
            assert not thread.is_alive(), "a caller still waits for its answer"
        assert not self.errors, self.errors

    def _call(self, connect: Connect, number: int) -> None:
        """Each caller begins with another post, so that all kinds are under way at any time."""
        posts = cycle([*self.posts[number % len(self.posts) :], *self.posts])
        try:
            with closing(connect()) as connection:
                while not self._over.is_set():
                    self._ask(next(posts), connection)
                    self._over.wait(PAUSE_SECONDS)
        except BaseException as error:
            self.errors.append(error)

    def _ask(self, post: Post, connection: HTTPConnection) -> None:
        mark = self.ledger.open(post.kind)
        until = time.monotonic() + post.repeated_within
        while (refused := self._try(post, connection, mark)) and time.monotonic() < until:
            time.sleep(IN_PROGRESS_SECONDS if refused == IN_PROGRESS else REPEAT_SECONDS)

    def _try(self, post: Post, connection: HTTPConnection, mark: str) -> tuple[int, str] | None:
        """What it was refused with, BROKEN where no answer came, or None when it was done."""
        self.ledger.sending(mark)
        try:
            answer = post.send(connection, mark)
            text = answer.read()
        except (OSError, HTTPException):
            connection.close()
            self.ledger.lose_sight(mark)
            return BROKEN
        if 200 <= answer.status < 300:
            self.ledger.acknowledge(mark)
            return None
        return self._note(post, answer, text)

    def _note(self, post: Post, answer: HTTPResponse, text: bytes) -> tuple[int, str]:
        code = _code(post.path, answer, text)
        if code is None or not answer.headers.get("Retry-After", "").isdigit():
            self.improper.append(f"{post.path} {answer.status} {answer.headers} {text[:500]!r}")
        refusal = answer.status, code or "no code"
        self.refusals[refusal] += 1
        return refusal


def _code(path: str, answer: HTTPResponse, text: bytes) -> str | None:
    """The code of an error in the envelope that belongs to its path; None where it is in none."""
    try:
        body = json.loads(text)
        is_json = answer.headers.get_content_type() == "application/json"
        if not is_json or body["success"] is not False:
            return None
        if path.startswith("/api/backup/"):
            error = body["error"]
            return str(error["code"]) if error.keys() == {"code", "message", "details"} else None
        is_whole = body.keys() == {"success", "error", "message", "details", "meta"}
        return body["error"] if is_whole and body["meta"]["trace_id"] else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
