"""Tries whether an S3 bucket keeps what was written from those who wrote it.

A backup is written without a word about retention, so that only the bucket's default protects it:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from app.storage.drivers.base import Immutability

LOCK_PROBE = ".holdfast-lock-probe"
# A bucket's default is counted from its own clock, and a day has a second more or less.
_SLACK = timedelta(hours=1)
_NOT_KNOWN_VERSIONS = "The bucket keeps no versions, so what was written can be deleted."


def probe_object_lock(client: Any, bucket: str, prefix: str, days: int) -> Immutability:
    """Write a probe as a backup is written, and try to delete that version for good.

    Deletion is tried as a thief of the credentials would try it: also past the governance mode.
    """
    key = {"Bucket": bucket, "Key": f"{prefix}{LOCK_PROBE}"}
    _remove_earlier(client, bucket, key)
    version = put(client, key, secrets.token_bytes(32))
    if not version:
        client.delete_object(**key)
        return Immutability(False, _NOT_KNOWN_VERSIONS)
    until = _retained_until(client, key, version)
    refusal = _try_to_delete(client, key, version)
    if refusal is None:
        words = "The probe could be deleted for good with the same credentials."
        return Immutability(False, words, until)
    return _judged(refusal, until, days)


def put(client: Any, key: dict[str, str], data: bytes) -> str:
    """Write an object and return its version, empty where the bucket keeps none.

    A bucket with object lock takes nothing without a hash.
    """
    md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    version = client.put_object(**key, Body=data, ContentMD5=md5).get("VersionId")
    return "" if version in (None, "null") else str(version)


def _judged(refusal: str, until: datetime | None, days: int) -> Immutability:
    if until is None:
        words = f"The deletion was refused ({refusal}), but no retention is to be seen."
        return Immutability(None, words)
    if until < datetime.now(UTC) + timedelta(days=days) - _SLACK:
        words = f"The deletion was refused, but only until {until:%Y-%m-%d}, short of {days} days."
        return Immutability(False, words, until)
    return Immutability(True, f"The deletion was refused; kept until {until:%Y-%m-%d}.", until)


def _retained_until(client: Any, key: dict[str, str], version: str) -> datetime | None:
    """None without retention, or without the right to see it."""
    try:
        told = client.head_object(**key, VersionId=version)
    except ClientError:
        return None
    until = told.get("ObjectLockRetainUntilDate")
    return until.astimezone(UTC) if isinstance(until, datetime) else None


def _try_to_delete(client: Any, key: dict[str, str], version: str) -> str | None:
    """The code of the refusal, None when the version is gone."""
    refusal = "refused"
    for bypass in ({}, {"BypassGovernanceRetention": True}):
        try:
            client.delete_object(**key, VersionId=version, **bypass)
        except ClientError as exc:
            if int(exc.response["ResponseMetadata"]["HTTPStatusCode"]) >= 500:
                # A server in trouble has refused nothing.
                raise
            refusal = str(exc.response.get("Error", {}).get("Code", refusal))
        else:
            return None
    return refusal


def _remove_earlier(client: Any, bucket: str, key: dict[str, str]) -> None:
    """Remove earlier probes whose time is over; what is still kept, or may not be seen, stays."""
    try:
        told = client.list_object_versions(Bucket=bucket, Prefix=key["Key"], MaxKeys=100)
    except ClientError:
        return
    for entry in (*told.get("Versions", ()), *told.get("DeleteMarkers", ())):
        if entry["Key"] == key["Key"]:
            _try_plainly(client, key, entry["VersionId"])


def _try_plainly(client: Any, key: dict[str, str], version: str) -> None:
    try:
        client.delete_object(**key, VersionId=version)
    except ClientError:
        return
