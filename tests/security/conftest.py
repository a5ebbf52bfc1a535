"""Every operation of the application, for attacks that none of them may fall to."""

import pytest

from tests.support.document import Document
from tests.support.operations import doors


@pytest.fixture(autouse=True)
def mail_is_configured(app, monkeypatch):
    """Some operations succeed only where a mail could be sent; none is in these tests."""
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:9")


@pytest.fixture(scope="module")
def document(migrated_app):
    return Document.of(migrated_app)


@pytest.fixture
def operations(app):
    """The doors of the API, pages and the document itself aside."""
    return [door for door in doors(app) if door.operation]
