"""The server, as this command talks to it: one key, JSON both ways, patience where it helps."""

from __future__ import annotations

import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from holdfast_cli import __version__
from holdfast_cli.errors import Refused, Unfinished

REQUEST_SECONDS = 30.0
LONGEST_PAUSE = 15.0
# What another try may change; of the conflicts only the one about our own first try is.
_PASSING = (429, 500, 502, 503, 504)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A key is sent to the server that was named, and to no other that it names."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


class Api:
    """Calls to /api/v1 that are repeated for `patience` seconds while the server is away."""

    def __init__(
        self, url: str, key: str, ca_file: str | None = None, patience: float = 120.0
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(f"HOLDFAST_URL must be an http(s) address, not {url!r}.")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            print("holdfast: the key travels unencrypted; use https", file=sys.stderr)
        if not key.isascii() or not key.isprintable() or " " in key:
            raise Refused("HOLDFAST_API_KEY is no key: it looks like hf_1_….")
        base = url.rstrip("/")
        self._base = base if base.endswith("/api/v1") else f"{base}/api/v1"
        self._key = key
        self._patience = patience
        try:
            trust = ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise Refused(f"{ca_file} holds no certificate: {error}") from error
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trust), _NoRedirects()
        )

    def get(self, path: str) -> Any:
        """What `data` holds."""
        return _data(self._call("GET", path, None, None))

    def get_text(self, path: str) -> str:
        return self._call("GET", path, None, None).decode("utf-8", "replace")

    def post(self, path: str, body: Any, idempotency_key: str | None = None) -> Any:
        """As `get`. The key lets the call be repeated: of all tries one alone takes effect."""
        return _data(self._call("POST", path, body, idempotency_key))

    def _call(self, method: str, path: str, body: Any, idempotency_key: str | None) -> bytes:
        give_up = time.monotonic() + self._patience
        pause = 1.0
        while True:
            try:
                return self._once(method, path, body, idempotency_key)
            except _Passing as passing:
                pause = min(LONGEST_PAUSE, passing.retry_after or pause * 2)
                if time.monotonic() + pause > give_up:
                    raise Unfinished(f"The server is away: {passing}") from passing
            time.sleep(pause)

    def _once(self, method: str, path: str, body: Any, idempotency_key: str | None) -> bytes:
        try:
            request = self._request(method, path, body, idempotency_key)
            with self._opener.open(request, timeout=REQUEST_SECONDS) as response:
                answer: bytes = response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from error
        except (OSError, HTTPException) as error:
            if _is_untrusted(error):
                raise Refused(f"The server's certificate is not trusted: {error}") from error
            raise _Passing(str(error) or type(error).__name__) from error
        return answer

    def _request(
        self, method: str, path: str, body: Any, idempotency_key: str | None
    ) -> urllib.request.Request:
        headers = {"X-API-Key": self._key, "User-Agent": f"holdfast-cli/{__version__}"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        # The scheme is one of two: see above.
        return urllib.request.Request(self._base + path, data, headers, method=method)  # noqa: S310


class _Passing(Exception):
    """The server could not answer now; `retry_after` is when it thinks that it can."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def _data(answer: bytes) -> Any:
    try:
        return json.loads(answer)["data"]
    except (ValueError, LookupError, TypeError) as error:
        raise Refused("What answers there is not Holdfast: see HOLDFAST_URL.") from error


def _refusal(error: urllib.error.HTTPError) -> Exception:
    told = _body(error)
    code = str(told.get("error", ""))
    message = f"{told.get('message') or error.reason} ({error.code} {code})".replace(" )", ")")
    if error.code in _PASSING or code == "REQUEST_IN_PROGRESS":
        return _Passing(message, _seconds(error.headers.get("Retry-After")))
    if 300 <= error.code < 400:
        message = f"The address leads on to {error.headers.get('Location')}: set HOLDFAST_URL."
    details = told.get("details")
    given = details if isinstance(details, dict) else {}
    if code == "VALIDATION_ERROR":
        message = f"{message}: {json.dumps(given)}"
    return Refused(message, status=error.code, code=code, **{str(k): v for k, v in given.items()})


def _body(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        told = json.loads(error.read())
    except (ValueError, OSError, HTTPException):
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0


def _is_untrusted(error: BaseException) -> bool:
    reason = getattr(error, "reason", error)
    return isinstance(reason, ssl.SSLCertVerificationError)
