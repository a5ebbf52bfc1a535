"""GET /events?sort=id: a feed that a follower reads on and on, and misses nothing of."""

import threading
from datetime import UTC, datetime

from sqlalchemy import select

from app.core.tenancy import as_tenant, unscoped
from app.events import service as events
from app.events.models import Event
from app.events.service import Fact

EVENTS = "/api/v1/events"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Slow:
    """A thread that has written an event, and commits it when it is let go."""

    def __init__(self, app, cast, number):
        self._app, self._tenant_id, self._number = app, cast.tenant("acme"), number
        self._written, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()
        assert self._written.wait(30)

    def commit(self):
        self._go.set()
        self._thread.join(30)

    def _write(self):
        fact = Fact("backup.failed", "t", NOW, "backup", self._number)
        with self._app.app_context(), as_tenant(self._tenant_id) as session:
            events.record(fact, tenant_id=self._tenant_id)
            # What was recorded leaves before the next statement.
            session.execute(select(1))
            self._written.set()
            self._go.wait(30)


def test_a_follower_goes_on_where_it_stopped(write, follower):
    write(1, 2, 3)
    follower.await_seen(3)
    nothing = follower.look()
    write(4)

    follower.await_seen(4)

    assert (nothing, follower.seen) == (0, [1, 2, 3, 4])


def test_what_was_written_first_and_committed_last_is_seen(
    app, cast, write, follower, has_many_writers
):
    slow = Slow(app, cast, 1)
    if has_many_writers:
        write(2)
        early = follower.look()
        slow.commit()
    else:
        early = follower.look()
        slow.commit()
        write(2)

    follower.await_seen(2)

    # A reader that asked for ids above the last would have had 2 first, and 1 never.
    assert (early, follower.seen) == (0, [1, 2])


def test_newest_first_does_not_wait_for_anybody(app, cast, write, viewer, has_many_writers):
    slow = Slow(app, cast, 1)
    if not has_many_writers:
        slow.commit()
    write(2)

    first = viewer.get(f"{EVENTS}?page_size=1").json["data"][0]

    slow.commit()
    assert first["subject"]["id"] == 2


def test_a_page_by_its_number_is_in_the_same_order_and_leads_into_the_feed(write, follower, viewer):
    write(1, 2, 3)
    follower.await_seen(3)

    page = viewer.get(f"{EVENTS}?sort=id&page=1&page_size=2").json
    follower.cursor, follower.seen = page["meta"]["next_cursor"], []
    follower.await_seen(1)

    assert ([event["subject"]["id"] for event in page["data"]], follower.seen) == ([1, 2], [3])
    assert page["total"] == 3


def test_a_filter_leaves_the_others_out_and_its_cursor_goes_on(write, follower):
    follower.query = "&type=backup.missed"
    write(1, kind="backup.missed")
    follower.await_seen(1)
    write(2)
    write(3, kind="backup.missed")

    follower.await_seen(2)

    assert follower.seen == [1, 3]


def test_an_event_that_was_deleted_behind_the_follower_holds_nothing_up(
    app, cast, admin, write, follower
):
    write(1)
    follower.await_seen(1)
    admin.delete(f"{EVENTS}/{cast.rows(Event)[0].id}")
    write(2)

    follower.await_seen(2)

    assert follower.seen == [1, 2]


def test_one_that_was_removed_for_good_holds_nothing_up(app, cast, write, follower):
    write(1)
    follower.await_seen(1)
    with app.app_context(), unscoped() as session:
        session.execute(Event.__table__.delete())
    write(2)

    follower.await_seen(2)

    assert follower.seen == [1, 2]
