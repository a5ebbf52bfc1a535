"""S3 and what speaks like it, by boto3."""

import contextlib
from collections.abc import Iterator
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from app.storage.drivers import aws, web
from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import MOST_BYTES, UNTOLD, Immutability, Place, Space
from app.storage.drivers.connections import Connection, parse
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_FAILED,
    STORAGE_FULL,
    STORAGE_NOT_FOUND,
    STORAGE_PROTOCOL,
    STORAGE_REFUSED,
    DriverError,
)
from app.storage.drivers.object_lock import probe_object_lock, put

_NO_BUCKET = "The bucket does not exist, or in another region."
_NO_KEY = "The access key is not known, or the secret key does not fit it."
_NO_RIGHT = "The access key has no right to do this in this bucket."
_OTHER_REGION = "The bucket lies in another region; name it as `region` in the credentials."
_BY_CODE = {
    "NoSuchBucket": (STORAGE_NOT_FOUND, _NO_BUCKET),
    "PermanentRedirect": (STORAGE_NOT_FOUND, _OTHER_REGION),
    "AuthorizationHeaderMalformed": (STORAGE_NOT_FOUND, _OTHER_REGION),
    "IllegalLocationConstraintException": (STORAGE_NOT_FOUND, _OTHER_REGION),
    "InvalidAccessKeyId": (STORAGE_REFUSED, _NO_KEY),
    "InvalidClientTokenId": (STORAGE_REFUSED, _NO_KEY),
    "SignatureDoesNotMatch": (STORAGE_REFUSED, _NO_KEY),
    "ExpiredToken": (STORAGE_REFUSED, "The session token is over its time."),
    "InvalidToken": (STORAGE_REFUSED, "The session token is not valid."),
    "RequestTimeTooSkewed": (STORAGE_REFUSED, "This machine's clock is too wrong to sign in."),
    "AccessDenied": (STORAGE_REFUSED, _NO_RIGHT),
    "AllAccessDisabled": (STORAGE_REFUSED, _NO_RIGHT),
    "QuotaExceeded": (STORAGE_FULL, "The bucket's quota is used up."),
    "XMinioStorageFull": (STORAGE_FULL, "The server's disks are full."),
    "ServiceQuotaExceeded": (STORAGE_FULL, "The account's quota is used up."),
}


class S3Store:
    """What lies under a prefix of a bucket."""

    host_key: str | None = None

    def __init__(self, client: Any, connection: Connection, attempt: Attempt) -> None:
        self._client = client
        self._bucket = connection.container or ""
        self._prefix = f"{connection.path}/" if connection.path else ""
        self._versions: dict[str, str] = {}
        self._attempt = attempt

    def look(self) -> None:
        self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)

    def write(self, name: str, data: bytes) -> None:
        key = {"Bucket": self._bucket, "Key": self._prefix + name}
        self._versions[name] = put(self._client, key, data)

    def read(self, name: str) -> bytes:
        answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        with contextlib.closing(answer["Body"]) as body:
            return bytes(body.read(MOST_BYTES))

    def remove(self, name: str) -> None:
        """Remove the version that was written; one under object lock can only be hidden."""
        key = {"Bucket": self._bucket, "Key": self._prefix + name}
        version = self._versions.get(name)
        if version:
            with contextlib.suppress(ClientError):
                self._client.delete_object(**key, VersionId=version)
                return
        self._client.delete_object(**key)

    def volume(self) -> Space:
        return UNTOLD

    def used_bytes(self) -> int | None:
        """The newest versions only: S3 lists what it hides, and bills, in another way."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        used = 0
        for page in pages:
            self._attempt.left()
            used += sum(int(entry["Size"]) for entry in page.get("Contents", ()))
        return used

    def probe_immutability(self, days: int) -> Immutability:
        return probe_object_lock(self._client, self._bucket, self._prefix, days)


class S3Driver:
    """Signature version 4, with path-style addresses where an endpoint is given."""

    @contextlib.contextmanager
    def open(self, place: Place, attempt: Attempt) -> Iterator[S3Store]:
        connection = parse(place.provider_type, place.connection_string, place.endpoint)
        with contextlib.closing(_client(place, attempt)) as client:
            yield S3Store(client, connection, attempt)

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        try:
            yield
        except ClientError as exc:
            raise _refusal(exc) from exc
        except (BotoCoreError, HTTPError, OSError) as exc:
            raise web.explain(exc) from exc


def _client(place: Place, attempt: Attempt) -> BaseClient:
    given = place.credentials
    if not given.get("access_key_id") or not given.get("secret_access_key"):
        words = "It takes an `access_key_id` and a `secret_access_key`."
        raise DriverError(STORAGE_ADDRESS, words)
    client: BaseClient = aws.client_of(
        "s3",
        place,
        attempt,
        signature_version="s3v4",
        s3={"addressing_style": "path" if place.endpoint else "auto"},
        # Many servers that speak S3 know nothing of its newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return client


def _refusal(exc: ClientError) -> DriverError:
    code = str(exc.response.get("Error", {}).get("Code", ""))
    status = int(exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _BY_CODE:
        return DriverError(*_BY_CODE[code])
    if status in (401, 403):
        return DriverError(STORAGE_REFUSED, _NO_RIGHT)
    if status == 404:
        return DriverError(STORAGE_NOT_FOUND, _NO_BUCKET)
    if status >= 500:
        return DriverError(STORAGE_FAILED, f"The server answers with its own error {status}.")
    return DriverError(STORAGE_PROTOCOL, f"The server refused the request: HTTP {status}.")


DRIVER = S3Driver()
