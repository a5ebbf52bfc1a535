"""A stand-in for Google Cloud Storage: the few calls that the driver makes, as documented.

https://cloud.google.com/storage/docs/json_api
"""

import json
from typing import ClassVar
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.storage.drivers.base import Place
from tests.support.storage_servers.ground import FOLDER, Ground, at, with_credentials
from tests.support.storage_servers.stand_in import Shelf, StandIn

BUCKET = "backups"
KEPT_BUCKET = "kept"
READ_ONLY_BUCKET = "read-only"
_TOKEN = "the token of the service account"
_NO_RIGHT = "insufficientPermissions"


class GcsStandIn(StandIn):
    """One project; objects of KEPT_BUCKET are retained until `kept_until`."""

    public_key: ClassVar[str] = ""
    kept_until: ClassVar[str] = ""

    def answer(self, path: str, query: dict[str, str], body: bytes) -> None:
        if path == "/token":
            self._give_token(body)
            return
        area, bucket, name = _parts(path)
        objects = self.shelf.buckets.get(bucket)
        if self.headers.get("Authorization") != f"Bearer {_TOKEN}":
            self._refuse(401, "authError")
        elif objects is None:
            self._refuse(404, "notFound")
        elif area == "upload":
            self._store(bucket, objects, body)
        elif not name:
            self._list(objects, query)
        elif name not in objects:
            self._refuse(404, "notFound")
        elif self.command == "DELETE":
            self._delete(bucket, objects, name)
        else:
            data = objects[name]
            self.reply(206, data, Content_Range=f"bytes 0-{len(data) - 1}/{len(data)}")

    def _give_token(self, body: bytes) -> None:
        """RFC 7523: an assertion that the service account has signed."""
        form = parse_qs(body.decode())
        try:
            jwt.decode(
                form["assertion"][0],
                self.public_key,
                algorithms=["RS256"],
                options={"verify_aud": False},
            )
        except jwt.InvalidTokenError:
            self._say({"error": "invalid_grant"}, 400)
            return
        self._say({"access_token": _TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    def _store(self, bucket: str, objects: dict[str, bytes], body: bytes) -> None:
        """Take a multipart upload: what it is, and its content."""
        if bucket == READ_ONLY_BUCKET:
            self._refuse(403, _NO_RIGHT)
            return
        boundary = self.headers["Content-Type"].split("boundary=")[1].strip("\"'")
        _, first, second, _ = body.split(f"--{boundary}".encode())
        name = json.loads(first.split(b"\r\n\r\n", 1)[1])["name"]
        objects[name] = second.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")
        kept = {"retentionExpirationTime": self.kept_until} if bucket == KEPT_BUCKET else {}
        self._say({"name": name, "bucket": bucket, "generation": "1", **kept})

    def _delete(self, bucket: str, objects: dict[str, bytes], name: str) -> None:
        if bucket == KEPT_BUCKET:
            self._refuse(403, "retentionPolicyNotMet")
            return
        del objects[name]
        self.reply(204)

    def _list(self, objects: dict[str, bytes], query: dict[str, str]) -> None:
        """Give pages of two, so that a driver has to ask for the next one."""
        names = sorted(name for name in objects if name.startswith(query.get("prefix", "")))
        start = int(query.get("pageToken", 0))
        page = names[start : start + 2]
        items = [{"name": name, "size": str(len(objects[name]))} for name in page]
        more = {"nextPageToken": str(start + 2)} if names[start + 2 :] else {}
        self._say({"kind": "storage#objects", "items": items, **more})

    def _refuse(self, status: int, reason: str) -> None:
        errors = [{"reason": reason, "message": "No."}]
        self._say({"error": {"code": status, "message": "No.", "errors": errors}}, status)

    def _say(self, data: object, status: int = 200) -> None:
        self.reply(status, json.dumps(data).encode(), Content_Type="application/json")


def _parts(path: str) -> tuple[str, str, str]:
    """Area, bucket and name of /area/storage/v1/b/bucket/o/name, whose area may be missing."""
    before, _, after = path.partition("/storage/v1/b/")
    bucket, _, name = after.partition("/o")
    return before.strip("/"), bucket, name.removeprefix("/")


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public_text(key: rsa.RSAPrivateKey) -> str:
    encoding = serialization.Encoding.PEM
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, kind).decode()


def service_account(key: rsa.RSAPrivateKey, url: str) -> str:
    """The file that Google gives for a service account."""
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "holdfast",
            "private_key_id": "1",
            "private_key": text.decode(),
            "client_email": "backup@holdfast.iam.gserviceaccount.com",
            "token_uri": f"{url}/token",
        }
    )


def new_shelf() -> Shelf:
    return Shelf({name: {} for name in (BUCKET, KEPT_BUCKET, READ_ONLY_BUCKET)})


def ground_over(url: str, shelf: Shelf, key: rsa.RSAPrivateKey) -> Ground:
    credentials = {"service_account_json": service_account(key, url)}
    place = Place("gcs", f"gs://{BUCKET}/{FOLDER}", credentials, url)
    objects = shelf.buckets[BUCKET]

    def fill() -> int:
        objects.update({f"{FOLDER}/data/{number}": b"x" * 1000 for number in range(5)})
        return 5000

    return Ground(
        place=place,
        missing=at(place, f"gs://no-such-bucket/{FOLDER}"),
        read_only=at(place, f"gs://{READ_ONLY_BUCKET}/{FOLDER}"),
        refused=with_credentials(place, service_account_json=service_account(new_key(), url)),
        names=lambda: set(objects),
        fill=fill,
    )
