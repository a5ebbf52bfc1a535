"""What restic is given of a Google service account: its key, and no word of whom else to ask."""

import json
from pathlib import Path

import pytest

from app.backups.service.backends import repository_on
from app.storage.drivers.base import Place

KEY = {"client_email": "b@p.example", "private_key": "-----BEGIN", "project_id": "p"}


@pytest.mark.parametrize(
    "written",
    [
        {"type": "service_account", "token_uri": "http://10.0.0.1/steal"},
        {
            "type": "external_account",
            "token_url": "http://10.0.0.1/steal",
            "credential_source": {"file": "/etc/passwd"},
        },
    ],
)
def test_holds_the_key_alone_and_asks_google(written):
    text = json.dumps(KEY | written)
    place = Place("gcs", "gs://bucket/backups", {"service_account_json": text})

    repository = repository_on(place, ("1", "2"), "correct horse")

    given = json.loads(Path(repository.environment["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    google = "https://oauth2.googleapis.com/token"
    assert given == {**KEY, "type": "service_account", "token_uri": google}
