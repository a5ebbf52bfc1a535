"""What the tests of the legacy API share: raw posts, and a job that only hears reports."""

import json as json_module
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

JSON = "application/json"
Send = Callable[..., TestResponse]


@pytest.fixture
def veeam_job(cast) -> Any:
    """A job of the first tenant that Veeam runs and scripts report on."""
    return cast.create_job(backup_tool="veeam")


@pytest.fixture
def send(reporter) -> Send:
    """Post to an endpoint of /api/backup: a dict as JSON, bytes as they are."""

    def post(endpoint: str, body: Any, content_type: str | None = JSON) -> TestResponse:
        raw = body if isinstance(body, bytes) else json_module.dumps(body).encode()
        return reporter.post(f"/api/backup/{endpoint}", data=raw, content_type=content_type)

    return post
