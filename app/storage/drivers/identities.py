"""Whose keys these are: asked of Amazon, within a time, whatever goes wrong."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.storage.drivers import calls
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_BUSY,
    STORAGE_CERTIFICATE,
    STORAGE_PROTOCOL,
    STORAGE_TIMEOUT,
    STORAGE_UNREACHABLE,
    DriverError,
)

# The contract's 15 s, less what the answer itself takes.
SECONDS = 13.0
# A storage's words for the same facts.
_NETWORK = {
    STORAGE_UNREACHABLE: ("AWS_UNREACHABLE", "AWS cannot be reached from this server."),
    STORAGE_TIMEOUT: ("AWS_TIMEOUT", "AWS did not answer in time; a firewall may be between."),
    STORAGE_CERTIFICATE: ("AWS_CERTIFICATE", None),
    STORAGE_PROTOCOL: ("AWS_PROTOCOL", "What answers is not AWS: is there a proxy or a portal?"),
    STORAGE_ADDRESS: ("AWS_REGION", "The region is none of Amazon's."),
    STORAGE_BUSY: ("AWS_BUSY", "Too many calls are being waited for; try again later."),
}


@dataclass(frozen=True)
class Keys:
    """What signs in, and the role to assume."""

    credentials: Mapping[str, str]
    role_arn: str | None = None
    external_id: str | None = None


@dataclass(frozen=True)
class Identity:
    """Whose keys they are, or why that is not known: at which call, by which code."""

    account_id: str | None = None
    arn: str | None = None
    failed_call: str | None = None
    error_code: str | None = None
    error_message: str | None = None

    @property
    def is_known(self) -> bool:
        return self.error_code is None


def identify(keys: Keys, endpoint: str | None, seconds: float = SECONDS) -> Identity:
    """Ask, within so many seconds; what goes wrong stands in the answer.

    `endpoint` is for a stand-in of STS; without one it is Amazon's of the region.
    """
    # Loaded at its first use, as each vendor's library is.
    sts = importlib.import_module("app.storage.drivers.sts")
    try:
        found: Identity = calls.within(
            seconds, lambda attempt: sts.identify(keys, endpoint, attempt)
        )
        return found
    except DriverError as error:
        code, words = _NETWORK.get(error.code, ("AWS_FAILED", None))
        return Identity(error_code=code, error_message=words or error.message)
