"""Asks a running system for its health, a sign-in and one page of jobs; 0 when all three answer."""

import json
import os
import sys
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

REFUSALS = (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError)


class Unwell(Exception):
    """The system answers, and says itself what is away."""


def ask(url: str, body: dict[str, str] | None = None, token: str | None = None) -> Any:
    """Return the `data` that comes back within 10 seconds; any status of 400 or more raises."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    # Whoever runs this says the address, and gains nothing by a file of their own.
    with urlopen(Request(url, data=data, headers=headers), timeout=10) as answer:  # noqa: S310  # nosec B310
        return json.load(answer)["data"]


def check_health(base: str) -> None:
    """Raise Unwell, which names the parts, unless every part is there."""
    health = ask(f"{base}/api/v1/health/ready")
    if health["status"] != "ok":
        parts = [name for name, part in health.items() if isinstance(part, dict)]
        raise Unwell(f"away: {', '.join(part for part in parts if health[part]['state'] != 'ok')}")


def describe(problem: Exception) -> str:
    """One line; of a refusal also the code and message that came with it."""
    if isinstance(problem, HTTPError):
        return f"{problem} {problem.read(500).decode(errors='replace')}"
    return str(problem) or type(problem).__name__


def main(base: str) -> None:
    """Walk through the three steps and say which one failed."""
    user = {
        "username": os.environ.get("ADMIN_USERNAME", "admin"),
        "password": os.environ.get("ADMIN_PASSWORD", ""),
    }
    step = "health"
    try:
        check_health(base)
        step = "sign-in"
        token = ask(f"{base}/api/v1/auth/login", body=user)["access_token"]
        step = "reading the jobs"
        ask(f"{base}/api/v1/backups?page_size=1", token=token)
    except (Unwell, *REFUSALS) as exc:
        sys.exit(f"smoke: {step} failed: {describe(exc)}")
    print(f"smoke: {base} is well")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
