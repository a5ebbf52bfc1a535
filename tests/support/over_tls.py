"""Somebody who knows a deployment by what comes back over HTTPS, and by nothing else."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from typing import Any

from tests.support.processes import wait_until
from tests.support.proxy import Proxy

JSON = {"Content-Type": "application/json"}
# On a busy machine a run with its restic takes a while.
PATIENCE = 120


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        return self.json["data"]


@dataclass(frozen=True)
class Person:
    """Somebody, or a script, at the other end of TLS."""

    proxy: Proxy
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Bytes go as they are, everything else as JSON."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {**({} if sent is None else JSON), **self.headers, **headers}
        trust = self.proxy.trust()
        connection = HTTPSConnection("localhost", self.proxy.port, timeout=300, context=trust)
        with closing(connection):
            connection.request(method, path, sent, given)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())

    def get(self, path: str) -> Any:
        """What `data` holds of something that is there."""
        answer = self.call("GET", path)
        assert answer.status == 200, answer.text
        return answer.data

    def make(self, path: str, body: Any = None) -> Any:
        """What `data` holds of something that was made, or that begins."""
        answer = self.call("POST", path, body)
        assert answer.status in (201, 202), answer.text
        return answer.data

    def await_that(self, path: str, is_so: Callable[[Any], bool]) -> Any:
        """What `data` holds once it is so."""
        seen: list[Answer] = []

        def look() -> bool:
            seen[:] = [self.call("GET", path)]
            return seen[0].status == 200 and is_so(seen[0].data)

        wait_until(look, seconds=PATIENCE, what=path, output=lambda: seen[0].text)
        return seen[0].data

    def await_end(self, run: Any) -> Any:
        """The execution when it is over."""
        ends = ("success", "warning", "failed", "cancelled")
        path = f"/api/v1/executions/{run['id']}"
        return self.await_that(path, lambda now: now["status"] in ends)
