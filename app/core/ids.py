"""Names that the system gives out: trace ids and the public halves of keys."""

import re
import secrets
import string

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# https://www.w3.org/TR/trace-context/#traceparent-header; later versions may append fields.
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_ALPHABET = string.ascii_lowercase + string.digits


def new_trace_id() -> str:
    """A fresh trace id: 32 hexadecimal digits, as W3C trace ids are."""
    return secrets.token_hex(16)


def clean_trace_id(x_request_id: str | None, traceparent: str | None) -> str | None:
    """The caller's trace id, or None when it sent none that may be kept.

    A valid `X-Request-ID` wins over the trace id of a valid W3C `traceparent`.
    """
    if x_request_id is not None and _REQUEST_ID.fullmatch(x_request_id):
        return x_request_id
    return _trace_of(traceparent) if traceparent is not None else None


def new_public_id(n: int = 12) -> str:
    """`n` random lower-case letters and digits (5.17 bits each)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(n))


def _trace_of(traceparent: str) -> str | None:
    match = _TRACEPARENT.fullmatch(traceparent.strip())
    if match is None:
        return None
    version, trace_id, parent_id, rest = match.groups()
    if version == "ff" or (version == "00" and rest is not None):
        return None
    if set(trace_id) == {"0"} or set(parent_id) == {"0"}:
        return None
    return str(trace_id)
