"""Storage providers of Acme, as people make them."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cast import Caller, Cast

PROVIDERS = "/api/v1/storage/providers"
_numbers = itertools.count(1)


@pytest.fixture
def folder(cast: Cast) -> Path:
    """A new folder under the storage roots."""
    made = cast.instance / "storage" / f"vault-{next(_numbers)}"
    made.mkdir()
    return made


@pytest.fixture
def body(folder: Path) -> dict[str, Any]:
    """A new provider as it is sent, with nothing but what it must have."""
    return {
        "name": f"Vault {next(_numbers)}",
        "provider_type": "local",
        "location_type": "offsite",
        "connection_string": str(folder),
    }


@pytest.fixture
def bucket_body() -> dict[str, Any]:
    """A bucket somewhere that nobody asks in these tests."""
    return {
        "name": f"Bucket {next(_numbers)}",
        "provider_type": "s3",
        "location_type": "cloud",
        "connection_string": "s3://backups/acme",
        "endpoint": "https://203.0.113.9:9000",
        "credentials": {"access_key_id": "AKIA0", "secret_access_key": "open sesame"},
    }


@pytest.fixture
def make(operator: Caller) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Register a provider; what was answered."""

    def call(body: dict[str, Any]) -> dict[str, Any]:
        response = operator.post(PROVIDERS, body)
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json["data"]  # type: ignore[index]
        return made

    return call
