"""A follower sees every event once, in the order of the commits, whoever commits late."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.core.db import db
from app.core.tenancy import as_tenant, unscoped
from app.events import service as events
from app.events.models import Event, EventFollower
from app.events.service import Fact
from app.events.service.following import BATCH, LEASE, follow
from app.events.values import BACKUP_FAILED
from tests.support.followers import wait_for_others
from tests.support.processes import wait_until

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WRITERS = 8


class Writer:
    """A thread whose event is written at once, and committed only when it is let go."""

    def __init__(self, app, cast, number):
        self._app, self._tenant_id, self.number = app, cast.tenant("acme"), number
        self._written, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write)

    def begin(self):
        self._thread.start()
        assert self._written.wait(30)

    def commit(self):
        self._go.set()
        self._thread.join(30)

    def _write(self):
        with self._app.app_context(), as_tenant(self._tenant_id) as session:
            record(self._tenant_id, self.number)
            # What was recorded leaves before the next statement.
            session.execute(select(1))
            self._written.set()
            self._go.wait(30)


def record(tenant_id, number):
    fact = Fact(BACKUP_FAILED, "t", NOW, "backup", number)
    events.record(fact, tenant_id=tenant_id)


@pytest.fixture
def write(app, cast):
    """Record events with these numbers as their subjects, so that one look sees them all."""

    def call(*numbers):
        for number in numbers:
            with app.app_context(), as_tenant(cast.tenant("acme")):
                record(cast.tenant("acme"), number)
        wait_for_others(app)

    return call


@pytest.fixture
def seen():
    return []


@pytest.fixture
def look(app, seen):
    """Follow once, and keep the subjects of what was seen."""

    def call(name="tests", now=NOW):
        with app.app_context():
            return follow(name, lambda batch: seen.extend(one.subject_id for one in batch), now)

    return call


@pytest.fixture
def await_seen(look, seen):
    """Follow until so many were seen: writers of other databases of the server may hold it up."""

    def call(count):
        def is_there():
            look()
            return len(seen) >= count

        wait_until(is_there, seconds=60, what=f"{count} events are seen")

    return call


def test_each_event_is_seen_once_and_in_order(write, await_seen, look, seen):
    write(1, 2, 3)
    await_seen(3)
    write(4)
    await_seen(4)

    again = look()

    assert (seen, again) == ([1, 2, 3, 4], 0)


def test_writers_that_commit_late_and_in_reverse_are_all_seen(app, cast, await_seen, look, seen):
    writers = [Writer(app, cast, number) for number in range(WRITERS)]
    is_alone = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    # SQLite lets one writer in at a time; PostgreSQL has them all under way at once.
    groups = [[writer] for writer in writers] if is_alone else [writers]
    early = []

    for group in groups:
        for writer in group:
            writer.begin()
        for writer in reversed(group):
            early.append(look())
            writer.commit()
            look()
    await_seen(WRITERS)

    assert sorted(seen) == list(range(WRITERS))
    assert early == [0] * WRITERS


def test_what_is_committed_while_it_follows_is_all_seen(app, cast, await_seen, seen):
    def write_many(first):
        for number in range(first, first + 25):
            with app.app_context(), as_tenant(cast.tenant("acme")):
                record(cast.tenant("acme"), number)

    threads = [threading.Thread(target=write_many, args=(n * 25,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    await_seen(WRITERS * 25)
    for thread in threads:
        thread.join(30)

    assert sorted(seen) == list(range(WRITERS * 25))


def test_more_than_one_batch_is_read_at_once(await_seen, seen, app, cast):
    with app.app_context(), as_tenant(cast.tenant("acme")):
        for number in range(BATCH + 5):
            record(cast.tenant("acme"), number)

    await_seen(BATCH + 5)

    assert seen == list(range(BATCH + 5))


def test_followers_of_two_names_each_see_everything(write, await_seen, look, seen):
    write(1, 2)
    await_seen(2)

    look("others")

    assert seen == [1, 2, 1, 2]


def test_a_batch_that_failed_comes_again(app, write, await_seen, seen):
    write(1, 2)
    gave = []

    def fail(batch):
        gave.append(len(batch))
        raise RuntimeError

    def is_tried():
        try:
            with app.app_context():
                follow("tests", fail, NOW)
        except RuntimeError:
            return True
        return False

    wait_until(is_tried, seconds=60, what="the batch fails")
    await_seen(2)

    assert (gave, seen) == ([2], [1, 2])


def test_of_two_followers_at_once_one_gets_the_batch(app, write, await_seen, look, seen):
    write(1, 2)
    others = []

    def work(batch):
        others.append(look())
        seen.extend(one.subject_id for one in batch)

    def is_read():
        with app.app_context():
            return follow("tests", work, NOW) > 0

    wait_until(is_read, seconds=60, what="the batch is read")

    assert (seen, others) == ([1, 2], [0])


def test_the_batch_of_a_follower_that_died_is_another_ones_after_its_lease(
    app, cast, write, await_seen, look, seen
):
    write(1)
    await_seen(1)
    with app.app_context(), unscoped() as session:
        dead = {"lease_owner": "dead", "lease_until": NOW + LEASE}
        session.execute(update(EventFollower).values(**dead))
    write(2)

    during = look(now=NOW + LEASE - timedelta(seconds=1))
    wait_until(lambda: look(now=NOW + LEASE) == 1, seconds=60, what="the lease is over")

    assert (during, seen) == (0, [1, 2])


def test_events_of_a_server_with_higher_numbers_hide_no_new_one(app, write, await_seen, seen):
    write(1, 2)
    await_seen(2)
    write(3)
    with app.app_context(), unscoped() as session:
        session.execute(update(Event).values(xid=Event.xid + 10**12))
        session.execute(update(EventFollower).values(read_xid=EventFollower.read_xid + 10**12))
    write(4)

    await_seen(4)

    assert seen == [1, 2, 3, 4]


def test_a_new_follower_sees_the_events_of_another_server_too(app, write, await_seen, seen):
    write(1)
    with app.app_context(), unscoped() as session:
        session.execute(update(Event).values(xid=10**12))
    write(2)

    await_seen(2)

    assert seen == [1, 2]
    with app.app_context(), unscoped():
        assert db.session.scalar(select(EventFollower.read_xid)) < 10**12
