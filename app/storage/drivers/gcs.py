"""Google Cloud Storage, by Google's library."""

import contextlib
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from google.api_core.exceptions import Forbidden, GoogleAPICallError, NotFound
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud import storage
from google.oauth2.service_account import Credentials
from requests import RequestException, Session
from urllib3.exceptions import HTTPError

from app.storage.drivers import web
from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import MOST_BYTES, UNTOLD, Immutability, Place, Space
from app.storage.drivers.connections import GOOGLE_TOKEN_URI, Connection, parse
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_FAILED,
    STORAGE_FULL,
    STORAGE_NOT_FOUND,
    STORAGE_PROTOCOL,
    STORAGE_REFUSED,
    DriverError,
)

LOCK_PROBE = ".holdfast-lock-probe"
ENDPOINT = "https://storage.googleapis.com"
_SCOPES = ("https://www.googleapis.com/auth/devstorage.read_write",)
_RETENTION = ("retentionPolicyNotMet", "objectUnderActiveHold")


class GcsStore:
    """What lies under a prefix of a bucket."""

    host_key: str | None = None

    def __init__(self, client: Any, connection: Connection, attempt: Attempt) -> None:
        self._client = client
        self._bucket = client.bucket(connection.container)
        self._prefix = f"{connection.path}/" if connection.path else ""
        self._attempt = attempt

    def look(self) -> None:
        next(iter(self._list(self._prefix, max_results=1)), None)

    def write(self, name: str, data: bytes) -> None:
        self._blob(name).upload_from_string(data, retry=None)

    def read(self, name: str) -> bytes:
        """By a new object: one that was written would be read where the server's answer says."""
        return bytes(self._blob(name).download_as_bytes(end=MOST_BYTES, retry=None))

    def remove(self, name: str) -> None:
        with contextlib.suppress(NotFound):
            self._blob(name).delete(retry=None)

    def volume(self) -> Space:
        return UNTOLD

    def used_bytes(self) -> int | None:
        used = 0
        for page in self._list(self._prefix).pages:
            self._attempt.left()
            used += sum(int(blob.size or 0) for blob in page)
        return used

    def probe_immutability(self, days: int) -> Immutability:
        """Delete the generation that was just written, which the bucket's retention may forbid."""
        self._remove_earlier()
        blob = self._blob(f"{LOCK_PROBE}-{secrets.token_hex(8)}")
        blob.upload_from_string(secrets.token_bytes(32), retry=None)
        until = blob.retention_expiration_time
        if not _is_refused(blob):
            words = "The probe could be deleted for good with the same credentials."
            return Immutability(False, words)
        if until and until < datetime.now(UTC) + timedelta(days=days, hours=-1):
            words = f"The deletion was refused, but only until {until:%Y-%m-%d}."
            return Immutability(False, words, until)
        return Immutability(True, "The deletion was refused by the bucket's retention.", until)

    def _blob(self, name: str) -> Any:
        return self._bucket.blob(self._prefix + name)

    def _list(self, prefix: str, **more: Any) -> Any:
        return self._client.list_blobs(self._bucket, prefix=prefix, retry=None, **more)

    def _remove_earlier(self) -> None:
        for blob in self._list(self._prefix + LOCK_PROBE, max_results=100):
            with contextlib.suppress(Forbidden):
                blob.delete(retry=None)


class GcsDriver:
    """A bucket, with a service account's key."""

    @contextlib.contextmanager
    def open(self, place: Place, attempt: Attempt) -> Iterator[GcsStore]:
        connection = parse(place.provider_type, place.connection_string, place.endpoint)
        credentials = _credentials(place)
        with Session() as auth:
            web.equip(auth, place, attempt)
            with _authorized(credentials, auth) as session:
                web.equip(session, place, attempt)
                client = storage.Client(
                    project=credentials.project_id or "none",
                    credentials=credentials,
                    _http=session,
                    client_options={"api_endpoint": place.endpoint or ENDPOINT},
                )
                yield GcsStore(client, connection, attempt)

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        try:
            yield
        except TransportError as exc:
            raise web.explain(exc) from exc
        except RefreshError as exc:
            words = "Google gave no token for the service account: is its key still valid?"
            raise DriverError(STORAGE_REFUSED, words) from exc
        except GoogleAPICallError as exc:
            raise _refusal(exc) from exc
        except (GoogleAuthError, RequestException, HTTPError, OSError) as exc:
            raise web.explain(exc) from exc


def _credentials(place: Place) -> Credentials:
    """Take of the file only what is needed: it also names hosts, which anybody may have written."""
    try:
        given = json.loads(place.credentials.get("service_account_json", ""))
        info = {name: given[name] for name in ("client_email", "private_key", "private_key_id")}
        info |= {"project_id": given.get("project_id"), "token_uri": _token_uri(place, given)}
        return _read_key(info)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        words = "It takes the `service_account_json` as Google gave it."
        raise DriverError(STORAGE_ADDRESS, words) from exc


def _read_key(info: dict[str, Any]) -> Credentials:
    reader: Any = Credentials.from_service_account_info
    credentials: Credentials = reader(info, scopes=_SCOPES)
    return credentials


def _authorized(credentials: Credentials, auth: Session) -> AuthorizedSession:
    kind: Any = AuthorizedSession
    session: AuthorizedSession = kind(credentials, auth_request=Request(auth))
    return session


def _token_uri(place: Place, given: dict[str, Any]) -> str:
    """Google's own, or what an endpoint of one's own serves itself."""
    wanted = str(given.get("token_uri", GOOGLE_TOKEN_URI))
    if place.endpoint and urlsplit(wanted).netloc == urlsplit(place.endpoint).netloc:
        return wanted
    return GOOGLE_TOKEN_URI


def _is_refused(blob: Any) -> bool:
    """Whether retention keeps an object; what is refused for another reason is raised."""
    try:
        blob.delete(retry=None, if_generation_match=blob.generation)
    except Forbidden as exc:
        if not any(reason in _reasons(exc) for reason in _RETENTION):
            raise
        return True
    return False


def _reasons(exc: GoogleAPICallError) -> list[str]:
    return [str(error.get("reason")) for error in exc.errors if isinstance(error, dict)]


def _refusal(exc: GoogleAPICallError) -> DriverError:
    status = int(exc.code or 0)
    if status in (401, 403):
        reasons = _reasons(exc)
        if "quotaExceeded" in reasons:
            return DriverError(STORAGE_FULL, "The project's quota is used up.")
        words = "The service account has no right to do this in this bucket."
        return DriverError(STORAGE_REFUSED, words)
    if status == 404:
        return DriverError(STORAGE_NOT_FOUND, "The bucket does not exist.")
    if status >= 500:
        return DriverError(STORAGE_FAILED, f"The service answers with its own error {status}.")
    return DriverError(STORAGE_PROTOCOL, f"The service refused the request: HTTP {status}.")


DRIVER = GcsDriver()
