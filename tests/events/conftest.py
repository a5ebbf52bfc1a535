"""Who writes events, and who follows the feed of them."""

from datetime import UTC, datetime

import pytest

from app.core.tenancy import as_tenant
from app.events import service as events
from app.events.service import Fact
from tests.support.processes import wait_until

EVENTS = "/api/v1/events"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def record(cast, number, kind="backup.failed"):
    """An event in the transaction of this thread, whose subject has this number."""
    fact = Fact(kind, "t", NOW, "backup", number)
    events.record(fact, tenant_id=cast.tenant("acme"))


@pytest.fixture
def write(app, cast):
    """Record events with these numbers, each in a transaction of its own."""

    def call(*numbers, kind="backup.failed"):
        for number in numbers:
            with app.app_context(), as_tenant(cast.tenant("acme")):
                record(cast, number, kind)

    return call


class Follower:
    """Whoever asks again and again, with the last cursor that there was."""

    def __init__(self, caller, query=""):
        self._caller, self.query = caller, query
        self.cursor, self.seen = "", []

    def look(self):
        """One page; gives how many events it held."""
        page = self.ask()
        assert page.status_code == 200, page.text
        numbers = [event["subject"]["id"] for event in page.json["data"]]
        assert (page.json["meta"]["next_cursor"] is None) == (numbers == [])
        self.seen += numbers
        self.cursor = page.json["meta"]["next_cursor"] or self.cursor
        return len(numbers)

    def ask(self):
        return self._caller.get(f"{EVENTS}?sort=id&page_size=2&cursor={self.cursor}{self.query}")

    def await_seen(self, count):
        """Writers of other databases of the same server may hold a feed up."""

        def is_there():
            self.look()
            return len(self.seen) >= count

        wait_until(is_there, seconds=60, what=f"{count} events are seen")


@pytest.fixture
def follower(viewer):
    return Follower(viewer)


@pytest.fixture
def has_many_writers(app):
    return not app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
