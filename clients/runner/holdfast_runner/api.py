"""The server, as a runner talks to it: each call once; who calls decides about another try."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from holdfast_runner import __version__
from holdfast_runner.settings import Settings, SettingsError

REQUEST_SECONDS = 30.0


class Away(Exception):
    """The server could not answer now; `retry_after` is when it thinks that it can."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(Exception):
    """The server has answered, and will answer the same to the same."""

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    @property
    def is_about_key(self) -> bool:
        return self.status in (401, 403)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The key is sent to the server that was named, and to no other that it names."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


class Api:
    """Calls to /api/v1 with the runner's key."""

    def __init__(self, settings: Settings) -> None:
        try:
            trust = ssl.create_default_context(cafile=settings.ca_file)
        except OSError as error:
            raise SettingsError(f"ca_file: {error}") from error
        self._base = settings.url
        self._key = settings.key
        https = urllib.request.HTTPSHandler(context=trust)
        self._opener = urllib.request.build_opener(https, _NoRedirects())

    def post(self, path: str, body: Any, seconds: float = REQUEST_SECONDS) -> Any:
        """What `data` holds, None for 204; raises Away and Refused."""
        return self.exchange(path, body, seconds)[0]

    def exchange(
        self, path: str, body: Any, seconds: float, idempotency_key: str | None = None
    ) -> tuple[Any, float]:
        """As `post`, and beside it the seconds of `Retry-After`, zero without.

        The same again with the same key gets the first one's answer.
        """
        headers = {
            "X-API-Key": self._key,
            "Content-Type": "application/json",
            "User-Agent": f"holdfast-runner/{__version__}",
        }
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        # The settings let no scheme but http and https through.
        request = urllib.request.Request(  # noqa: S310
            self._base + path, json.dumps(body).encode(), headers, method="POST"
        )
        try:
            with self._opener.open(request, timeout=seconds) as response:
                answer = response.read()
                pause = _seconds(response.headers.get("Retry-After"))
                return (None if response.status == 204 else _data(answer)), pause
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from error
        except (OSError, HTTPException) as error:
            raise Away(str(error) or type(error).__name__) from error


def _data(answer: bytes) -> Any:
    try:
        return json.loads(answer)["data"]
    except (ValueError, LookupError, TypeError) as error:
        raise Away("what answers there is not Holdfast") from error


def _refusal(error: urllib.error.HTTPError) -> Away | Refused:
    """A refusal without Holdfast's envelope comes from something in between, and may pass."""
    told: Any
    try:
        told = json.loads(error.read())
    except (ValueError, OSError, HTTPException):
        told = None
    code = told.get("error") if isinstance(told, dict) else None
    passing = error.code == 429 or error.code >= 500 or code == "REQUEST_IN_PROGRESS"
    if passing or not isinstance(code, str):
        return Away(f"{error.code} {error.reason}", _seconds(error.headers.get("Retry-After")))
    return Refused(f"{told.get('message')} ({error.code} {code})", error.code, code)


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
