"""How restic itself gets to each kind of storage: its location, environment and options."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import app.engines
from app.engines.base import (
    STORAGE_HOST_KEY_UNKNOWN,
    STORAGE_REFUSED,
    STORAGE_UNSUPPORTED,
    EngineError,
    Repository,
)
from app.engines.private_files import PrivateFile
from app.storage.drivers.base import Place
from app.storage.drivers.connections import GOOGLE_TOKEN_URI, Connection, parse
from app.storage.values import AZURE, GCS, REST, S3, SFTP

AWS = "s3.amazonaws.com"
AWS_REGION = "us-east-1"
_ASKPASS = str(Path(app.engines.__file__).with_name("askpass.sh"))
_USER = re.compile(r"[^\s'\"\\]+")
# A server that falls silent is given up, by ssh, after a minute.
_SSH = (
    *("ssh", "-F", "/dev/null", "-o", "ConnectTimeout=10"),
    *("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"),
    *("-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=no"),
    *("-o", "GlobalKnownHostsFile=/dev/null", "-o", "HostKeyAlias=storage"),
)
_KEY = ("-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none")
_NO_KEY = ("-o", "PubkeyAuthentication=no")
_PASSWORD = ("-o", "NumberOfPasswordPrompts=1")
_NO_PASSWORD = ("-o", "BatchMode=yes")
_UNSUPPORTED = {
    "network": "restic takes no UNC name: mount the share under one of the STORAGE_ROOTS, and "
    "give its path as the provider's connection string.",
    "tape": "A tape is an entry of the inventory: nothing can be run to it from here.",
}


def repository_on(
    place: Place, names: tuple[str, str], password: str, *, elsewhere: bool = False
) -> Repository:
    """A repository below a place, at `<place>/<tenant>/<job>`.

    For a host `elsewhere` what restic needs as a file is left out: it has ssh keys of its own.
    Raises EngineError for what restic on this server cannot use, or not with these credentials.
    """
    backend = _BACKENDS.get(place.provider_type)
    if backend is None:
        raise EngineError(STORAGE_UNSUPPORTED, _UNSUPPORTED[place.provider_type])
    connection = parse(place.provider_type, place.connection_string, place.endpoint)
    path = "/".join((connection.path.rstrip("/"), *names))
    if elsewhere and place.provider_type == SFTP:
        return Repository(_sftp_location(place, connection, path), password)
    if elsewhere and place.provider_type == GCS:
        message = "restic takes Google's credentials as a file, which no runner is sent."
        raise EngineError(STORAGE_UNSUPPORTED, message)
    return backend(place, connection, path, password)


def _sftp(place: Place, connection: Connection, path: str, password: str) -> Repository:
    user = _sftp_user(place, connection)
    if place.host_key is None:
        message = (
            "Nobody has seen the server's key yet: POST /storage/{id}/test shows and keeps it."
        )
        raise EngineError(STORAGE_HOST_KEY_UNKNOWN, message)
    if not _USER.fullmatch(user):
        raise EngineError(STORAGE_REFUSED, "The storage has no user name, or not one for ssh.")
    known = PrivateFile(f"storage {place.host_key}\n")
    key_text = place.credentials.get("private_key")
    host = (place.addresses or (connection.host or "",))[0]
    command = [*_SSH, "-o", f"UserKnownHostsFile={known.path}", "-p", str(connection.port)]
    files, environment = [known], dict[str, str]()
    if key_text is not None:
        key = PrivateFile(key_text.replace("\r\n", "\n").rstrip() + "\n")
        files.append(key)
        command += [*_KEY, "-i", key.path]
    else:
        command += _NO_KEY
    if "password" in place.credentials:
        command += _PASSWORD
        environment = {
            "SSH_ASKPASS": _ASKPASS,
            "SSH_ASKPASS_REQUIRE": "force",
            "HOLDFAST_SFTP_PASSWORD": place.credentials["password"],
        }
    else:
        command += _NO_PASSWORD
    command += ["-l", user, host, "-s", "sftp"]
    return Repository(
        location=_sftp_location(place, connection, path),
        password=password,
        environment=environment,
        options=(f"sftp.command={shlex.join(command)}",),
        files=tuple(files),
    )


def _sftp_user(place: Place, connection: Connection) -> str:
    return connection.user or place.credentials.get("username", "")


def _sftp_location(place: Place, connection: Connection, path: str) -> str:
    # The second slash begins an absolute path.
    return f"sftp://{quote(_sftp_user(place, connection))}@{connection.netloc}/{quote(path)}"


def _s3(place: Place, connection: Connection, path: str, password: str) -> Repository:
    given = place.credentials
    # Without keys of its own restic would look for those of this server.
    if not given.get("access_key_id") or not given.get("secret_access_key"):
        raise EngineError(STORAGE_REFUSED, "The storage has no credentials.")
    scheme = "https" if connection.is_tls else "http"
    host = connection.netloc if connection.host else AWS
    environment = {
        "AWS_ACCESS_KEY_ID": given["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
        "AWS_DEFAULT_REGION": given.get("region", AWS_REGION),
    }
    if "session_token" in given:
        environment["AWS_SESSION_TOKEN"] = given["session_token"]
    return Repository(
        location=f"s3:{scheme}://{host}/{connection.container}/{quote(path.lstrip('/'))}",
        password=password,
        environment=environment,
        options=("s3.bucket-lookup=path",) if connection.host else (),
    )


def _azure(place: Place, connection: Connection, path: str, password: str) -> Repository:
    given = place.credentials
    if place.endpoint is not None:
        message = "restic 0.14 knows no endpoint but Azure's own."
        raise EngineError(STORAGE_UNSUPPORTED, message)
    if not given.get("account_name") or not given.get("account_key"):
        raise EngineError(STORAGE_REFUSED, "The storage has no credentials.")
    return Repository(
        location=f"azure:{connection.container}:/{path.lstrip('/')}",
        password=password,
        environment={
            "AZURE_ACCOUNT_NAME": given["account_name"],
            "AZURE_ACCOUNT_KEY": given["account_key"],
        },
    )


def _gcs(place: Place, connection: Connection, path: str, password: str) -> Repository:
    if place.endpoint is not None:
        message = "restic 0.14 knows no endpoint but Google's own."
        raise EngineError(STORAGE_UNSUPPORTED, message)
    text = place.credentials.get("service_account_json")
    if not text:
        raise EngineError(STORAGE_REFUSED, "The storage has no credentials.")
    given = json.loads(text)
    account = PrivateFile(json.dumps(_only_the_key(given)))
    return Repository(
        location=f"gs:{connection.container}:/{path.lstrip('/')}",
        password=password,
        environment={
            "GOOGLE_APPLICATION_CREDENTIALS": account.path,
            "GOOGLE_PROJECT_ID": str(given.get("project_id", "")),
        },
        files=(account,),
    )


def _only_the_key(given: dict[str, object]) -> dict[str, object]:
    """A service account's key and nothing else of what its file says.

    Other kinds of such a file tell restic to read a file or an address, and this kind too names
    whom to ask for a token: anybody who may write a storage would have this server do it.
    https://google.aip.dev/auth/4117
    """
    kept = {name: given[name] for name in _ACCOUNT if name in given}
    return {**kept, "type": "service_account", "token_uri": GOOGLE_TOKEN_URI}


def _rest(place: Place, connection: Connection, path: str, password: str) -> Repository:
    scheme = "https" if connection.is_tls else "http"
    below = f"{connection.netloc}/{quote(path.lstrip('/'))}/"
    user, secret = (quote(place.credentials.get(name, ""), safe="") for name in _LOGIN)
    environment = {}
    if user or secret:
        # restic 0.14 takes them as a part of the address only.
        environment["RESTIC_REPOSITORY"] = f"rest:{scheme}://{user}:{secret}@{below}"
    return Repository(
        location=f"rest:{scheme}://{below}",
        password=password,
        environment=environment,
        secrets=tuple({secret, place.credentials.get("password", "")} - {""}),
    )


_LOGIN = ("username", "password")
_ACCOUNT = ("project_id", "private_key_id", "private_key", "client_email", "client_id")
_BACKENDS: dict[str, Callable[[Place, Connection, str, str], Repository]] = {
    SFTP: _sftp,
    S3: _s3,
    AZURE: _azure,
    GCS: _gcs,
    REST: _rest,
}
