"""What the tests of faults share: a ledger, whose last line the end of the run prints."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.ledger import PROPERTY, Ledger


@pytest.fixture
def ledger(request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]) -> Ledger:
    """Sent, acknowledged, found, lost, doubled: shown under this test's name."""
    title = request.node.name.removeprefix("test_").replace("_", " ")
    return Ledger(title, lambda tally: record_property(PROPERTY, tally))
