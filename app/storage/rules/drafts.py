"""Whether a provider's type, address and credentials fit together, before anybody connects."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from app.core.errors import ValidationFailed
from app.storage.drivers.connections import Connection, parse
from app.storage.drivers.errors import DriverError
from app.storage.values import (
    CREDENTIALS_NEEDED,
    CREDENTIALS_TAKEN,
    GCS,
    LONGEST_CREDENTIAL,
    REST,
    S3,
    SFTP,
    TAPE,
    WITH_ENDPOINT,
)

Problems = dict[str, list[str]]


@dataclass(frozen=True)
class Draft:
    """Where a storage is and how one gets in, as a caller says it or a row keeps it."""

    provider_type: str
    connection_string: str
    endpoint: str | None = None
    credentials: Mapping[str, str] | None = dataclasses.field(default=None, repr=False)
    host_key: str | None = None
    aws_account_id: int | None = None

    @property
    def connection(self) -> Connection:
        return parse(self.provider_type, self.connection_string, self.endpoint)

    @property
    def host_field(self) -> str:
        """The field that names the host to connect to."""
        return "endpoint" if self.provider_type in WITH_ENDPOINT else "connection_string"


def judged(draft: Draft) -> Draft:
    """The draft in its one spelling, a password in its address moved to the credentials.

    Raises ValidationFailed with all that does not fit.
    """
    draft = _without_password(draft)
    problems = {**_address_problems(draft), **_credential_problems(draft)}
    if problems:
        raise ValidationFailed(details=problems)
    return dataclasses.replace(draft, connection_string=_trimmed(draft))


def _without_password(draft: Draft) -> Draft:
    """Take `user:password@` out of the address: addresses are shown, credentials are not."""
    prefix = "rest:" if draft.provider_type == REST else ""
    if draft.provider_type not in (REST, SFTP) or "@" not in draft.connection_string:
        return draft
    try:
        parts = urlsplit(draft.connection_string.removeprefix(prefix))
    except ValueError:
        return draft
    if parts.password is None and not (prefix and parts.username):
        return draft
    found = {"username": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    host = parts.netloc.rpartition("@")[2]
    if draft.provider_type == SFTP:
        # The user is a part of where the files lie: a server may have a root for each.
        host = f"{parts.netloc.partition(':')[0]}@{host}"
        del found["username"]
    given = dict(draft.credentials or {})
    if any(given.get(name, value) != value for name, value in found.items()):
        message = "Holds other credentials than the field `credentials`."
        raise ValidationFailed.on("connection_string", message)
    found = {name: value for name, value in found.items() if value}
    return dataclasses.replace(
        draft,
        connection_string=prefix + urlunsplit(parts._replace(netloc=host)),
        credentials={**given, **found},
    )


def _address_problems(draft: Draft) -> Problems:
    if draft.endpoint is not None and draft.provider_type not in WITH_ENDPOINT:
        return {"endpoint": [f"Only for {', '.join(WITH_ENDPOINT)}."]}
    if draft.host_key is not None and draft.provider_type != SFTP:
        return {"host_key": [f"Only for {SFTP}."]}
    problems: Problems = {}
    for field, endpoint in (("connection_string", None), ("endpoint", draft.endpoint)):
        try:
            parse(draft.provider_type, draft.connection_string, endpoint)
            if endpoint is not None and re.search(r"//[^/]*@", endpoint):
                problems[field] = ["Must not hold credentials."]
        except DriverError as error:
            problems[field] = [error.message]
            break
    return problems


def _credential_problems(draft: Draft) -> Problems:
    if draft.aws_account_id is not None:
        return _account_problems(draft)
    if draft.credentials is None:
        return {}
    taken = CREDENTIALS_TAKEN[draft.provider_type]
    problems: Problems = {}
    for name, value in draft.credentials.items():
        if name not in taken:
            problems[name] = [f"Not for {draft.provider_type}; it takes {_told(taken)}."]
        elif not value or len(value) > LONGEST_CREDENTIAL:
            problems[name] = [f"Must have 1 to {LONGEST_CREDENTIAL} characters."]
    for name in CREDENTIALS_NEEDED.get(draft.provider_type, ()):
        if name not in draft.credentials:
            problems[name] = ["Missing data for required field."]
    problems.update(_key_problems(draft, problems))
    return {f"credentials.{name}": messages for name, messages in problems.items()}


def _account_problems(draft: Draft) -> Problems:
    """An account's keys go to Amazon alone: whoever may use it is not given it."""
    if draft.provider_type != S3:
        return {"aws_account_id": [f"Only for {S3}."]}
    beside = {"credentials": draft.credentials, "endpoint": draft.endpoint}
    return {
        name: ["Has no place beside aws_account_id."]
        for name, value in beside.items()
        if value is not None
    }


def _key_problems(draft: Draft, found: Problems) -> Problems:
    credentials = draft.credentials or {}
    key = credentials.get("private_key")
    if key is not None and "private_key" not in found and "-----BEGIN " not in key:
        return {"private_key": ["Must be a private key in PEM or OpenSSH form."]}
    account = credentials.get("service_account_json")
    if draft.provider_type == GCS and account is not None and not _is_object(account):
        return {"service_account_json": ["Must be the JSON file of a service account, as text."]}
    return {}


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _told(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "none"


def _trimmed(draft: Draft) -> str:
    """Without a slash at its end, so that one place has one spelling."""
    text = draft.connection_string.strip()
    if draft.provider_type == TAPE or not draft.connection.path.strip("/\\"):
        return text
    return text.rstrip("/\\")
