"""Sending what the outbox holds: claimed by one scheduler, sent without a transaction, kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.core import strict_json
from app.core.db import db
from app.core.logging import get_logger
from app.core.mail.letters import Letter
from app.core.mail.models import OutgoingMail
from app.core.mail.server import server_of
from app.core.mail.smtp import MailError, send
from app.core.retrying import MOST_ATTEMPTS, pause_after
from app.core.settings import settings
from app.core.tenancy import unscoped

log = get_logger("mail")
# Longer than the whole of an attempt: past it, whoever sent it is gone.
LEASE = timedelta(seconds=90)
NO_SERVER = "No mail server is configured: SMTP_URL is not set."
LOST = "Whoever sent it ended before the answer was kept."
_TABLE: Any = OutgoingMail.__table__
_DONE: dict[str, Any] = {"next_attempt_at": None, "body": None}


@dataclass(frozen=True)
class Claim:
    """A mail that is ours to send; nobody else's until its lease ends."""

    mail_id: int
    attempt: int


def claim_due(now: datetime, most: int) -> list[Claim]:
    """Take mails that are due, each by one scheduler, and count the attempt before it is made:
    a mail that kills whoever sends it must come to an end too."""
    if most <= 0:
        return []
    due = _TABLE.c.next_attempt_at <= now
    with unscoped():
        db.session.execute(
            update(_TABLE)
            .where(due, _TABLE.c.attempts >= MOST_ATTEMPTS)
            .values(**_DONE, failed_at=now, last_error=LOST)
        )
        first = select(_TABLE.c.id).where(due).order_by(_TABLE.c.next_attempt_at).limit(most)
        # Named twice, so that of two schedulers at once only one finds the row still due.
        claimed = db.session.execute(
            update(_TABLE)
            .where(_TABLE.c.id.in_(first), due)
            .values(next_attempt_at=now + LEASE, attempts=_TABLE.c.attempts + 1)
            .returning(_TABLE.c.id, _TABLE.c.attempts)
        ).all()
    return [Claim(*row) for row in claimed]


def deliver(claim: Claim, now: datetime) -> None:
    """Send a claimed mail and keep what became of it, unless the lease was lost meanwhile."""
    with unscoped(read_only=True):
        mail = db.session.get(OutgoingMail, claim.mail_id)
    if mail is None or mail.body is None or mail.attempts != claim.attempt:
        return
    try:
        _hand_over(mail)
    except MailError as error:
        values = _after_failure(error, claim, now)
    else:
        values = {**_DONE, "sent_at": now, "last_error": None}
    with unscoped():
        db.session.execute(
            update(_TABLE)
            .where(_TABLE.c.id == claim.mail_id, _TABLE.c.attempts == claim.attempt)
            .values(**values)
        )
    log.info(
        "mail_attempted", mail_id=claim.mail_id, attempt=claim.attempt, error=values["last_error"]
    )


def _hand_over(mail: OutgoingMail) -> None:
    server = server_of(settings())
    if server is None:
        raise MailError(NO_SERVER, is_temporary=True)
    body = strict_json.loads((mail.body or "").encode())
    letter = Letter(
        [mail.recipient],
        mail.subject,
        body["text"],
        body["html"],
        mail.message_id,
        mail.created_at,
    )
    send(server, letter)


def _after_failure(error: MailError, claim: Claim, now: datetime) -> dict[str, Any]:
    if error.is_temporary and claim.attempt < MOST_ATTEMPTS:
        again = now + pause_after(claim.attempt)
        return {"next_attempt_at": again, "last_error": error.message}
    return {**_DONE, "failed_at": now, "last_error": error.message}
