"""What holds up those who follow the events: whoever writes in the same PostgreSQL server."""

from flask import Flask
from sqlalchemy import select, text

from app.core.db import db
from app.core.tenancy import unscoped
from app.events.models import Event, EventFollower
from tests.support.processes import wait_until
from tests.support.raw import owners_engine

# Another test's database, or the server's own housekeeping: not those whom a test holds itself.
_EARLIER = text(
    "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
    " AND (datname IS DISTINCT FROM current_database() OR backend_type <> 'client backend')"
    " AND backend_xid::text::bigint <= (SELECT max(xid) FROM events)"
)


def wait_for_others(app: Flask) -> None:
    """Wait until nobody else's transaction is older than the newest event here.

    From then on a follower sees every event that is committed, at its first look. SQLite's see
    them at once.
    """
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return

    def are_gone() -> bool:
        with app.app_context(), owners_engine().connect() as connection:
            return connection.scalar(_EARLIER) == 0

    wait_until(are_gone, seconds=60, what="writers of other databases have ended")


def has_read_all(name: str) -> bool:
    """Whether the follower of this name has read every event that there is."""
    with unscoped(read_only=True):
        last = db.session.scalar(select(Event.id).order_by(Event.xid.desc(), Event.id.desc()))
        read = select(EventFollower.read_id).where(EventFollower.name == name)
        return bool(db.session.scalar(read) == last)
