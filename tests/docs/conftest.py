"""The API document, as the application serves it."""

import pytest

from tests.support.document import Document
from tests.support.operations import DOCUMENT_URL


@pytest.fixture(scope="module")
def document(migrated_app):
    return Document(migrated_app.test_client().get(DOCUMENT_URL).json)
