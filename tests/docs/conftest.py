"""The API document, as the application serves it."""

import pytest

from tests.support.document import Document
from tests.support.operations import DOCUMENT_URL


@pytest.fixture
def document(anonymous):
    return Document(anonymous.get(DOCUMENT_URL).json)
