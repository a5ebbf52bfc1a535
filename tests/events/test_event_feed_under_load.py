"""A follower of the feed while eight writers write, commit late and roll back."""

import random
import threading
import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app.core.tenancy import unscoped
from app.events.models import Event
from tests.support.cast import Caller
from tests.support.processes import wait_until

EVENTS = "/api/v1/events"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WRITERS = 8
_TABLE = Event.__table__


class RolledBack(Exception):
    """A transaction that is to leave nothing."""


class Writers:
    """Eight threads that write 20,000 events in transactions of many lengths."""

    def __init__(self, app, tenant_id):
        self._app, self._tenant_id = app, tenant_id
        self.is_late = not app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
        # SQLite has one writer at a time, among whom nothing can be lost.
        self.of_each = 2_500 if self.is_late else 250
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def are_done(self):
        return not any(thread.is_alive() for thread in self._threads)

    def _write(self, number):
        chance, written = random.Random(number), 0  # noqa: S311
        while written < self.of_each:
            size = min(chance.choice((1, 2, 10, 40)), self.of_each - written)
            is_undone = chance.random() < 0.1
            try:
                self._commit(chance, number * self.of_each + written, size, is_undone)
                written += size
            except RolledBack:
                pass

    def _commit(self, chance, first, size, is_undone):
        half = (size + 1) // 2
        numbers = range(first, first + size)
        with self._app.app_context(), unscoped() as session:
            session.execute(insert(_TABLE), [self._row(n) for n in numbers[:half]])
            if self.is_late:
                # Others write and commit meanwhile.
                time.sleep(chance.choice((0, 0, 0.002, 0.02)))
            if numbers[half:]:
                session.execute(insert(_TABLE), [self._row(n) for n in numbers[half:]])
            if is_undone:
                raise RolledBack

    def _row(self, number):
        fixed = {"type": "external.load", "severity": "info", "source": "test", "title": "t"}
        about = {"subject_type": "number", "subject_id": number + 1}
        return {**fixed, **about, "data": {}, "occurred_at": NOW, "tenant_id": self._tenant_id}


@pytest.fixture
def writers(app, cast):
    made = Writers(app, cast.tenant("acme"))
    yield made
    wait_until(made.are_done, seconds=120, what="the writers end")


@pytest.fixture
def get(app, viewer):
    """Call as the viewer; no answer is compared with the API document, there are too many."""
    return Caller(FlaskClient(app), viewer.headers).get


def test_none_of_20000_is_lost_or_seen_twice_and_each_writers_are_in_order(app, get, writers):
    seen, cursor = [], ""

    def look():
        nonlocal cursor
        while True:
            page = get(f"{EVENTS}?sort=id&page_size=100&cursor={cursor}").json
            seen.extend(event["subject"]["id"] for event in page["data"])
            cursor = page["meta"]["next_cursor"] or cursor
            if len(page["data"]) < 100:
                return len(seen) >= WRITERS * writers.of_each

    writers.start()
    wait_until(look, seconds=300, what="all events are seen")

    assert sorted(seen) == list(range(1, WRITERS * writers.of_each + 1))
    by_writer = [[n for n in seen if (n - 1) // writers.of_each == w] for w in range(WRITERS)]
    assert all(a < b for numbers in by_writer for a, b in pairwise(numbers))
    with app.app_context(), unscoped(read_only=True) as session:
        in_order = select(Event.subject_id).order_by(Event.xid, Event.id)
        assert list(session.scalars(in_order)) == seen
