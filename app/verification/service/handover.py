"""Handing verifications to the queue: after the commit, and never instead of the row."""

from app.core import db as database
from app.core.ports import Port
from app.verification.models import Verification

enqueue: Port[[int], None] = Port("verification.enqueue")


def after_commit(verification: Verification) -> None:
    """Send a message about it once it is committed; the sweeper repeats one that is lost."""
    verification_id = verification.id
    database.after_commit(lambda: enqueue(verification_id))
