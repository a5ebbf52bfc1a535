"""Azure Blob Storage, by Microsoft's library."""

import contextlib
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import ContainerClient
from requests import RequestException, Session
from urllib3.exceptions import HTTPError

from app.storage.drivers import web
from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import MOST_BYTES, UNTOLD, Immutability, Place, Space
from app.storage.drivers.connections import Connection, parse
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_FAILED,
    STORAGE_FULL,
    STORAGE_NOT_FOUND,
    STORAGE_PROTOCOL,
    STORAGE_READ_ONLY,
    STORAGE_REFUSED,
    DriverError,
)

LOCK_PROBE = ".holdfast-lock-probe-"
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_IMMUTABLE = "BlobImmutableDueToPolicy"
_BY_CODE = {
    "ContainerNotFound": (STORAGE_NOT_FOUND, "The container does not exist."),
    "ContainerBeingDeleted": (STORAGE_NOT_FOUND, "The container is being deleted."),
    "AccountIsDisabled": (STORAGE_READ_ONLY, "The account is disabled."),
    "WriteOperationsDisabled": (STORAGE_READ_ONLY, "The account takes no writes."),
    "InsufficientAccountPermissions": (STORAGE_REFUSED, "The key has no right to do this."),
    "AuthenticationFailed": (STORAGE_REFUSED, "The account's name or its key is wrong."),
    "AccountLimitExceeded": (STORAGE_FULL, "The account's limit is reached."),
}


class AzureStore:
    """What lies under a prefix of a container."""

    host_key: str | None = None

    def __init__(self, container: ContainerClient, connection: Connection, attempt: Attempt):
        self._container = container
        self._prefix = f"{connection.path}/" if connection.path else ""
        self._attempt = attempt

    def look(self) -> None:
        pages = self._container.list_blobs(name_starts_with=self._prefix, results_per_page=1)
        next(pages.by_page(), None)

    def write(self, name: str, data: bytes) -> None:
        self._container.upload_blob(self._prefix + name, data)

    def read(self, name: str) -> bytes:
        return self._container.download_blob(self._prefix + name, 0, MOST_BYTES).readall()

    def remove(self, name: str) -> None:
        with contextlib.suppress(ResourceNotFoundError):
            self._container.delete_blob(self._prefix + name)

    def volume(self) -> Space:
        return UNTOLD

    def used_bytes(self) -> int | None:
        used = 0
        for page in self._container.list_blobs(name_starts_with=self._prefix).by_page():
            self._attempt.left()
            used += sum(int(blob.size or 0) for blob in page)
        return used

    def probe_immutability(self, days: int) -> Immutability:
        """Delete what was just written, after removing a policy that is not locked.

        A container's policy forbids to write the same name twice, so each probe has its own.
        """
        self._remove_earlier()
        blob = self._container.get_blob_client(f"{self._prefix}{LOCK_PROBE}{secrets.token_hex(8)}")
        version = blob.upload_blob(secrets.token_bytes(32)).get("version_id")
        until = blob.get_blob_properties().immutability_policy.expiry_time
        with contextlib.suppress(HttpResponseError):
            blob.delete_immutability_policy()
        if not _is_refused(blob) and not (version and _is_refused(blob, version_id=version)):
            words = "The probe could be deleted for good with the same credentials."
            return Immutability(False, words)
        if until and until < datetime.now(UTC) + timedelta(days=days, hours=-1):
            words = f"The deletion was refused, but only until {until:%Y-%m-%d}."
            return Immutability(False, words, until)
        return Immutability(True, "The deletion was refused by the container's policy.", until)

    def _remove_earlier(self) -> None:
        for page in self._container.list_blobs(
            name_starts_with=self._prefix + LOCK_PROBE, results_per_page=100
        ).by_page():
            for found in page:
                with contextlib.suppress(HttpResponseError):
                    self._container.delete_blob(found.name)
            return


class AzureDriver:
    """A container, with the account's shared key."""

    @contextlib.contextmanager
    def open(self, place: Place, attempt: Attempt) -> Iterator[AzureStore]:
        connection = parse(place.provider_type, place.connection_string, place.endpoint)
        with Session() as session:
            web.equip(session, place, attempt)
            with _container(place, connection, session) as container:
                yield AzureStore(container, connection, attempt)

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        try:
            yield
        except HttpResponseError as exc:
            raise _refusal(exc) from exc
        except AzureError as exc:
            raise web.explain(exc.inner_exception or exc) from exc
        except (RequestException, HTTPError, OSError) as exc:
            raise web.explain(exc) from exc


def _container(place: Place, connection: Connection, session: Session) -> ContainerClient:
    name, key = place.credentials.get("account_name"), place.credentials.get("account_key")
    # The name becomes a part of the host's.
    if not name or not key or not _ACCOUNT.fullmatch(name):
        raise DriverError(STORAGE_ADDRESS, "It takes an `account_name` and an `account_key`.")
    options: dict[str, Any] = {"retry_total": 0, "permit_redirects": False}
    try:
        return ContainerClient(
            place.endpoint or f"https://{name}.blob.core.windows.net",
            connection.container or "",
            credential={"account_name": name, "account_key": key},
            transport=RequestsTransport(session=session, session_owner=False),
            **options,
        )
    except ValueError as exc:
        raise DriverError(STORAGE_ADDRESS, "The endpoint or the account's key is not one.") from exc


def _is_refused(blob: Any, **which: str) -> bool:
    """Whether the policy keeps a blob; what is refused for another reason is raised."""
    try:
        blob.delete_blob(**which)
    except HttpResponseError as exc:
        if _code(exc) != _IMMUTABLE:
            raise
        return True
    return False


def _code(exc: HttpResponseError) -> str:
    code = getattr(exc, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _refusal(exc: HttpResponseError) -> DriverError:
    code, status = _code(exc), exc.status_code or 0
    if code in _BY_CODE:
        return DriverError(*_BY_CODE[code])
    if status in (401, 403):
        return DriverError(STORAGE_REFUSED, "The account has no right to do this here.")
    if status == 404:
        return DriverError(STORAGE_NOT_FOUND, "The container does not exist.")
    if status >= 500:
        return DriverError(STORAGE_FAILED, f"The service answers with its own error {status}.")
    return DriverError(STORAGE_PROTOCOL, f"The service refused the request: HTTP {status}.")


DRIVER = AzureDriver()
