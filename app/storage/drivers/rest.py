"""REST servers of restic (https://restic.readthedocs.io, "REST Backend"), by requests."""

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import requests
from urllib3.exceptions import HTTPError

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import MOST_BYTES, UNTOLD, Immutability, Place, Space
from app.storage.drivers.connections import Connection, parse
from app.storage.drivers.errors import (
    STORAGE_FAILED,
    STORAGE_FULL,
    STORAGE_NOT_FOUND,
    STORAGE_PROTOCOL,
    STORAGE_REFUSED,
    DriverError,
)
from app.storage.drivers.web import equip, explain

_VERSION_2 = {"Accept": "application/vnd.x.restic.rest.v2"}
_KINDS = ("data", "index", "keys", "locks", "snapshots")
# A repository of its own for the probe: in the place itself it would look like a broken lock.
_PROBE_FOLDER = "holdfast-probe"
_INSUFFICIENT_STORAGE = 507


class RestStore:
    """What lies under one path of a REST server."""

    host_key: str | None = None

    def __init__(self, session: requests.Session, url: str, attempt: Attempt) -> None:
        self._session = session
        self._url = url
        self._names: dict[str, str] = {}
        self._attempt = attempt

    def look(self) -> None:
        """Ask for a repository here; that there is none yet is a good answer too."""
        self._ask("HEAD", "/config", may_be_absent=True)

    def write(self, name: str, data: bytes) -> None:
        """Write it as a lock, which an append-only server lets go again.

        The server wants the hash of what is written as its name.
        """
        self._names[name] = hashlib.sha256(data).hexdigest()
        self._ask("POST", self._at(name), data=data)

    def read(self, name: str) -> bytes:
        with self._ask("GET", self._at(name), stream=True) as response:
            return bytes(next(response.iter_content(MOST_BYTES), b""))

    def remove(self, name: str) -> None:
        if name in self._names:
            self._ask("DELETE", self._at(name), may_be_absent=True)

    def volume(self) -> Space:
        return UNTOLD

    def used_bytes(self) -> int | None:
        """The sizes in a repository; None where there is none, as in a folder of several."""
        config = self._ask("HEAD", "/config", may_be_absent=True)
        if config.status_code == requests.codes.not_found:
            return None
        own = int(config.headers.get("Content-Length", 0))
        return own + sum(self._sizes(kind) for kind in _KINDS)

    def probe_immutability(self, days: int) -> Immutability:
        return Immutability(None, "A REST server tells no retention that could be tried.")

    def _sizes(self, kind: str) -> int:
        response = self._ask("GET", f"/{kind}/", headers=_VERSION_2, may_be_absent=True)
        if response.status_code == requests.codes.not_found:
            return 0
        entries: list[dict[str, Any]] = response.json() or []
        return sum(int(entry["size"]) for entry in entries)

    def _at(self, name: str) -> str:
        return f"/{_PROBE_FOLDER}/locks/{self._names[name]}"

    def _ask(
        self, method: str, path: str, may_be_absent: bool = False, **more: Any
    ) -> requests.Response:
        response = self._session.request(method, self._url + path, **more)
        if response.status_code == requests.codes.not_found and may_be_absent:
            return response
        if not response.ok:
            raise _refusal(response.status_code)
        return response


class RestDriver:
    """Version 2 of the protocol, with a user and a password where they are given."""

    @contextlib.contextmanager
    def open(self, place: Place, attempt: Attempt) -> Iterator[RestStore]:
        connection = parse(place.provider_type, place.connection_string)
        with requests.Session() as session:
            equip(session, place, attempt)
            user = place.credentials.get("username")
            if user:
                password = place.credentials.get("password", "")
                session.headers["Authorization"] = _basic(user, password)
            yield RestStore(session, _url(connection), attempt)

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        try:
            yield
        except requests.exceptions.JSONDecodeError as exc:
            words = "The other side does not answer as a REST server of restic does."
            raise DriverError(STORAGE_PROTOCOL, words) from exc
        except (requests.RequestException, HTTPError, OSError) as exc:
            raise explain(exc) from exc


def _url(connection: Connection) -> str:
    scheme = "https" if connection.is_tls else "http"
    path = quote(connection.path)
    return f"{scheme}://{connection.netloc}" + (f"/{path}" if path else "")


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _refusal(status: int) -> DriverError:
    if status in (requests.codes.unauthorized, requests.codes.forbidden):
        return DriverError(
            STORAGE_REFUSED, "The server refused the user, the password or the path."
        )
    if status == requests.codes.not_found:
        return DriverError(STORAGE_NOT_FOUND, "The server has no such path.")
    if status in (_INSUFFICIENT_STORAGE, requests.codes.request_entity_too_large):
        return DriverError(STORAGE_FULL, "The server is full, or the quota is used up.")
    if status >= requests.codes.server_error:
        return DriverError(STORAGE_FAILED, f"The server answers with its own error {status}.")
    words = f"The other side does not answer as a REST server of restic does: HTTP {status}."
    return DriverError(STORAGE_PROTOCOL, words)


DRIVER = RestDriver()
