"""Every operation of the application, and a row of the first tenant for each id in their paths."""

import pytest

from tests.support.document import Document
from tests.support.operations import DOCUMENT_URL, doors
from tests.support.rows import make_rows


@pytest.fixture(autouse=True)
def mail_is_configured(app, monkeypatch):
    """Some operations succeed only where a mail could be sent; none is in these tests."""
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:9")


@pytest.fixture(scope="module")
def document(migrated_app):
    return Document(migrated_app.test_client().get(DOCUMENT_URL).json)


@pytest.fixture
def operations(app):
    """The doors of the API, pages and the document itself aside."""
    return [door for door in doors(app) if door.operation]


@pytest.fixture
def id_doors(operations):
    """The doors whose paths name a row; a token names none, it opens to whoever has it."""
    return [door for door in operations if set(door.parameters) - {"token"}]


@pytest.fixture
def rows(cast, admin, id_doors):
    """The id of a row of the first tenant for every parameter of every path."""
    return make_rows(cast, admin, {name for door in id_doors for name in door.parameters})
