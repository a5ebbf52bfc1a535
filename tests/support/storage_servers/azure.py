"""A stand-in for Azure Blob Storage: the few calls that the driver makes, as they are documented.

https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
"""

import base64
import hashlib
import hmac
from typing import ClassVar
from xml.sax.saxutils import escape

from app.storage.drivers.base import Place
from tests.support.storage_servers.ground import FOLDER, Ground, at, with_credentials
from tests.support.storage_servers.stand_in import Shelf, StandIn

ACCOUNT = "holdfast"
CONTAINER = "backups"
KEPT_CONTAINER = "kept"
READ_ONLY_CONTAINER = "read-only"
KEY = base64.b64encode(b"the key of the account").decode()
_SIGNED = (
    *("Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type"),
    *("Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"),
)
_DATE = "Sat, 21 Nov 2026 12:00:00 GMT"


class AzureStandIn(StandIn):
    """One account; blobs of KEPT_CONTAINER are immutable until `kept_until`."""

    kept_until: ClassVar[str] = ""

    def answer(self, path: str, query: dict[str, str], body: bytes) -> None:
        _, account, container, *rest = path.split("/", 3)
        blobs = self.shelf.buckets.get(container)
        if account != ACCOUNT or not self._is_signed(query):
            self._refuse(403, "AuthenticationFailed")
        elif blobs is None:
            self._refuse(404, "ContainerNotFound")
        elif query.get("comp") == "list":
            self._list(blobs, query)
        elif query.get("comp") == "immutabilityPolicies":
            self._refuse(409, "BlobImmutableDueToPolicy")
        else:
            self._blob(container, blobs, rest[0], body)

    def _blob(self, container: str, blobs: dict[str, bytes], name: str, body: bytes) -> None:
        if self.command == "PUT" and container == READ_ONLY_CONTAINER:
            self._refuse(403, "AuthorizationPermissionMismatch")
        elif self.command == "PUT":
            blobs[name] = body
            self.reply(201, ETag='"1"', Last_Modified=_DATE)
        elif name not in blobs:
            self._refuse(404, "BlobNotFound")
        elif self.command == "DELETE" and container == KEPT_CONTAINER:
            self._refuse(409, "BlobImmutableDueToPolicy")
        elif self.command == "DELETE":
            del blobs[name]
            self.reply(202)
        else:
            self._show(container, blobs[name])

    def _show(self, container: str, data: bytes) -> None:
        kept = {"x_ms_immutability_policy_until_date": self.kept_until}
        self.reply(
            206 if self.command == "GET" else 200,
            data,
            ETag='"1"',
            Last_Modified=_DATE,
            Content_Range=f"bytes 0-{len(data) - 1}/{len(data)}",
            x_ms_blob_type="BlockBlob",
            **(kept if container == KEPT_CONTAINER else {}),
        )

    def _list(self, blobs: dict[str, bytes], query: dict[str, str]) -> None:
        """Give pages of two, so that a driver has to ask for the next one."""
        names = sorted(name for name in blobs if name.startswith(query.get("prefix", "")))
        start = int(query.get("marker") or 0)
        page, more = names[start : start + 2], names[start + 2 :]
        entries = "".join(
            f"<Blob><Name>{escape(name)}</Name><Properties>"
            f"<Content-Length>{len(blobs[name])}</Content-Length><BlobType>BlockBlob</BlobType>"
            "</Properties></Blob>"
            for name in page
        )
        marker = start + 2 if more else ""
        self.reply(
            200,
            f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>{entries}</Blobs>'
            f"<NextMarker>{marker}</NextMarker></EnumerationResults>".encode(),
            Content_Type="application/xml",
        )

    def _refuse(self, status: int, code: str) -> None:
        text = f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
        self.reply(status, text, Content_Type="application/xml", x_ms_error_code=code)

    def _is_signed(self, query: dict[str, str]) -> bool:
        """Check the shared key's signature, as "Authorize with Shared Key" describes it."""
        given = {name: self.headers.get(name, "") for name in _SIGNED}
        if given["Content-Length"] == "0":
            given["Content-Length"] = ""
        own = sorted(
            (name.lower(), value)
            for name, value in self.headers.items()
            if name.lower().startswith("x-ms-")
        )
        path = self.path.partition("?")[0]
        lines = [self.command, *given.values(), *(f"{name}:{value}" for name, value in own)]
        lines += [f"/{ACCOUNT}{path}", *(f"{name}:{query[name]}" for name in sorted(query))]
        digest = hmac.new(base64.b64decode(KEY), "\n".join(lines).encode(), hashlib.sha256)
        wanted = f"SharedKey {ACCOUNT}:{base64.b64encode(digest.digest()).decode()}"
        return self.headers.get("Authorization") == wanted


def new_shelf() -> Shelf:
    return Shelf({name: {} for name in (CONTAINER, KEPT_CONTAINER, READ_ONLY_CONTAINER)})


def ground_over(url: str, shelf: Shelf) -> Ground:
    credentials = {"account_name": ACCOUNT, "account_key": KEY}
    place = Place("azure", f"azure://{CONTAINER}/{FOLDER}", credentials, f"{url}/{ACCOUNT}")
    blobs = shelf.buckets[CONTAINER]

    def fill() -> int:
        blobs.update({f"{FOLDER}/data/{number}": b"x" * 1000 for number in range(5)})
        return 5000

    wrong = base64.b64encode(b"the key of another").decode()
    return Ground(
        place=place,
        missing=at(place, f"azure://no-such-container/{FOLDER}"),
        read_only=at(place, f"azure://{READ_ONLY_CONTAINER}/{FOLDER}"),
        refused=with_credentials(place, account_key=wrong),
        names=lambda: set(blobs),
        fill=fill,
    )
