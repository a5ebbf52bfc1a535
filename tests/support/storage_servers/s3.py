"""moto's server for S3, which checks signatures and rights once it was told to."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import requests

from app.storage.drivers.base import Place
from tests.support.processes import Child, running, wait_until
from tests.support.storage_servers.ground import FOLDER, Ground, at, with_credentials

BUCKET = "holdfast-backups"
LOCKED_BUCKETS = {"GOVERNANCE": "kept-by-governance", "COMPLIANCE": "kept-by-compliance"}
VERSIONED_BUCKET = "versions-only"
LOCK_DAYS = 30
# One for all clients: each would read the description of S3 anew.
_SESSION = boto3.session.Session()
_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_READ = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Head*"], "Resource": "*"}


_WRITE_ONCE = {
    "Effect": "Allow",
    "Action": ["s3:Get*", "s3:List*", "s3:Head*", "s3:PutObject"],
    "Resource": "*",
}


@contextmanager
def moto() -> Iterator[str]:
    """Run the server as a process of its own; gives its endpoint."""
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
    # It would read a bucket's name from the host's.
    with running(command, env={"S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true"}) as child:
        wait_until(lambda: bool(_urls(child)), what="moto listens", seconds=60, output=child.output)
        yield _urls(child)[0]


def _urls(child: Child) -> list[str]:
    return re.findall(r"Running on (http://127\.0\.0\.1:\d+)\s", child.output())


@dataclass(frozen=True, kw_only=True)
class S3Ground(Ground):
    """`writer` is a place whose credentials may not delete."""

    writer: Place


def ground_over(endpoint: str) -> S3Ground:
    """Buckets with and without object lock, a user who may do all and one who may only read."""
    root = client_as("s3", endpoint)
    for name in (BUCKET, VERSIONED_BUCKET):
        root.create_bucket(Bucket=name)
    versioning = {"Status": "Enabled"}
    root.put_bucket_versioning(Bucket=VERSIONED_BUCKET, VersioningConfiguration=versioning)
    for mode, name in LOCKED_BUCKETS.items():
        _create_locked(root, name, mode)
    owner, reader = create_user(endpoint, "owner", _ALL), create_user(endpoint, "reader", _READ)
    writer = create_user(endpoint, "writer", _WRITE_ONCE)
    # From now on keys, signatures and rights are looked at.
    requests.post(f"{endpoint}/moto-api/reset-auth", data="0", timeout=10).raise_for_status()
    place = Place("s3", f"s3://{BUCKET}/{FOLDER}", owner, endpoint=endpoint)
    client = client_of(place)

    def fill() -> int:
        for number in range(3):
            client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/data/{number}", Body=b"x" * 1000)
        return 3000

    return S3Ground(
        writer=with_credentials(at(place, f"s3://{BUCKET}/once"), **writer),
        place=place,
        missing=at(place, f"s3://no-such-bucket/{FOLDER}"),
        read_only=with_credentials(place, **reader),
        refused=with_credentials(place, secret_access_key="not the secret"),
        names=lambda: keys_of(client, BUCKET),
        fill=fill,
    )


def client_of(place: Place) -> Any:
    """A client past the driver, with the place's own credentials."""
    return client_as("s3", place.endpoint or "", place.credentials)


def keys_of(client: Any, bucket: str, prefix: str = "") -> set[str]:
    """What a bucket holds, every version and every mark of a deletion included."""
    told = client.list_object_versions(Bucket=bucket, Prefix=prefix)
    return {entry["Key"] for entry in (*told.get("Versions", ()), *told.get("DeleteMarkers", ()))}


def _create_locked(root: Any, name: str, mode: str) -> None:
    root.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    retention = {"Mode": mode, "Days": LOCK_DAYS}
    root.put_object_lock_configuration(
        Bucket=name,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": retention},
        },
    )


def create_user(endpoint: str, name: str, statement: Any) -> dict[str, str]:
    iam = client_as("iam", endpoint)
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}


def client_as(service: str, endpoint: str, key: Any = None) -> Any:
    given = key or {"access_key_id": "root", "secret_access_key": "root"}
    return _SESSION.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=given["access_key_id"],
        aws_secret_access_key=given["secret_access_key"],
    )
