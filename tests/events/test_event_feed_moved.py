"""The feed over a database that was brought back elsewhere: no place is taken for another."""

import pytest
from sqlalchemy import update

from app.core.tenancy import unscoped
from app.events.models import Event


@pytest.mark.parametrize("change", [{"xid": 10**12}, {"xid": Event.xid + 1}])
def test_a_place_of_another_servers_numbers_is_refused(
    change, app, write, follower, has_many_writers
):
    write(1)
    follower.await_seen(1)
    with app.app_context(), unscoped() as session:
        session.execute(update(Event).values(**change))

    # SQLite gives its transactions no numbers.
    assert follower.ask().status_code == (400 if has_many_writers else 200)


def test_events_that_were_renumbered_ahead_of_a_slow_follower_are_not_passed_over(
    app, write, follower, has_many_writers
):
    write(1)
    if has_many_writers:
        with app.app_context(), unscoped() as session:
            session.execute(update(Event).values(xid=5))
    follower.await_seen(1)
    write(2)
    with app.app_context(), unscoped() as session:
        session.execute(update(Event).where(Event.subject_id == 2).values(xid=0))

    # SQLite gives its transactions no numbers.
    assert follower.ask().status_code == (400 if has_many_writers else 200)
