"""A backup is of one moment: what others write meanwhile is not in it."""

from app.core.portable import sides
from app.core.portable.tables import read_tables
from app.core.portable.writing import describe
from app.events.models import Event
from tests.support.rows import keep_event


def test_what_is_written_meanwhile_is_not_in_it(app, cast):
    keep_event(cast)
    with app.app_context():
        with sides.reading() as (connection, side):
            tables = {table.name: table for table in read_tables(connection)}
            events = tables["events"]
            first = describe(side, events, tuple(events.columns))
            keep_event(cast)
            again = describe(side, events, tuple(events.columns))
        with sides.reading() as (_, side):
            later = describe(side, events, tuple(events.columns))

    # Which ids were given out is told as it is now: too many does no harm.
    assert (again.rows, again.sha256) == (first.rows, first.sha256)
    assert (first.rows, later.rows) == (1, 2)
    assert len(cast.rows(Event)) == 2
