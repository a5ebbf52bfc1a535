"""Asks Amazon whose keys these are, in a role where one is to be assumed.

https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from app.storage.drivers import web
from app.storage.drivers.attempt import Attempt
from app.storage.drivers.aws import client_of
from app.storage.drivers.base import Place
from app.storage.drivers.errors import STORAGE_PROTOCOL, DriverError
from app.storage.drivers.identities import Identity, Keys

ASSUME_ROLE, WHO = "AssumeRole", "GetCallerIdentity"
_SESSION_NAME = "holdfast-test"
# The shortest that Amazon gives: nothing is done with the role but to ask its name.
_ROLE_SECONDS = 900
_LONGEST_CODE, _LONGEST_QUOTE = 60, 300
_CLOCK = "This machine's clock is too wrong to sign in: set it by NTP."
_NO_KEY = (
    "AWS does not know this access key, or it was deleted or deactivated. "
    "A temporary one (ASIA…) needs its session_token too."
)
_EXPIRED = "The session token is over its time: send new temporary keys."
_BY_CODE = {
    "InvalidClientTokenId": _NO_KEY,
    "InvalidAccessKeyId": _NO_KEY,
    "UnrecognizedClientException": _NO_KEY,
    "AuthFailure": _NO_KEY,
    "SignatureDoesNotMatch": "The secret access key does not fit the access key.",
    "IncompleteSignature": "The access key is not one: look for what was cut off or added.",
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "InvalidToken": "The session token is not valid.",
    "RequestTimeTooSkewed": _CLOCK,
    "RequestExpired": _CLOCK,
    "RegionDisabledException": "The account has not switched this region's STS on.",
    "Throttling": "AWS asks for fewer calls: try again later.",
    "ValidationError": "AWS finds the role's ARN or the external id malformed.",
}
_DENIED = {
    ASSUME_ROLE: "These keys may not assume the role: its trust policy must name them, with this "
    "external id if it asks for one, and they need the permission sts:AssumeRole on it.",
    WHO: "A policy denies sts:GetCallerIdentity.",
}


class _Refused(Exception):
    """Amazon said no to this call."""

    def __init__(self, call: str, refusal: ClientError) -> None:
        super().__init__(call)
        self.call = call
        self.refusal = refusal


def identify(keys: Keys, endpoint: str | None, attempt: Attempt) -> Identity:
    """What Amazon tells, also when it refuses; raises DriverError for the way there."""
    try:
        credentials = keys.credentials
        if keys.role_arn is not None:
            credentials = {**credentials, **_assume(keys, endpoint, attempt)}
        told = _ask(credentials, endpoint, attempt, WHO, "get_caller_identity")
        return Identity(account_id=str(told["Account"]), arn=str(told["Arn"]))
    except _Refused as refused:
        return explain(refused.call, refused.refusal)
    except ResponseParserError as exc:
        raise DriverError(STORAGE_PROTOCOL, "The answer is not one of STS.") from exc
    except (BotoCoreError, HTTPError, OSError) as exc:
        raise web.explain(exc) from exc


def _assume(keys: Keys, endpoint: str | None, attempt: Attempt) -> dict[str, str]:
    """The temporary keys of the role."""
    external = {"ExternalId": keys.external_id} if keys.external_id else {}
    told = _ask(
        keys.credentials,
        endpoint,
        attempt,
        ASSUME_ROLE,
        "assume_role",
        RoleArn=keys.role_arn,
        RoleSessionName=_SESSION_NAME,
        DurationSeconds=_ROLE_SECONDS,
        **external,
    )
    given = told["Credentials"]
    return {
        "access_key_id": given["AccessKeyId"],
        "secret_access_key": given["SecretAccessKey"],
        "session_token": given["SessionToken"],
    }


def _ask(
    credentials: Mapping[str, str],
    endpoint: str | None,
    attempt: Attempt,
    call: str,
    method: str,
    **given: Any,
) -> Any:
    place = Place("sts", "", credentials, endpoint=endpoint)
    with contextlib.closing(client_of("sts", place, attempt)) as client:
        try:
            return getattr(client, method)(**given)
        except ClientError as exc:
            raise _Refused(call, exc) from exc


def explain(call: str, refusal: ClientError) -> Identity:
    """What Amazon's refusal means to an administrator."""
    error = refusal.response.get("Error", {})
    code = str(error.get("Code", "")) or "AWS_FAILED"
    said = " ".join(str(error.get("Message", "")).split())
    if code == "SignatureDoesNotMatch" and ("expired" in said or "not yet current" in said):
        # STS tells of a wrong clock under the code of a wrong secret.
        words = _CLOCK
    elif code in ("AccessDenied", "AccessDeniedException"):
        # Amazon names the caller and the role, which is what has to be mended.
        words = f"{_DENIED[call]} AWS says: {said[:_LONGEST_QUOTE]}"
    else:
        words = _BY_CODE.get(code, f"AWS refused {call} with this code.")
    return Identity(failed_call=call, error_code=code[:_LONGEST_CODE], error_message=words)
