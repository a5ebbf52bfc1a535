"""The outbox: a mail is a row until a server has taken it."""

from dataclasses import dataclass
from datetime import datetime

from app.core import strict_json
from app.core.db import db
from app.core.mail.letters import MOST_SUBJECT, one_line
from app.core.mail.models import OutgoingMail
from app.core.mail.server import new_message_id
from app.core.settings import settings


@dataclass(frozen=True)
class Mail:
    """One message to one address; `html` is its second, richer form."""

    to: str
    subject: str
    text: str
    html: str | None = None


def is_configured() -> bool:
    """Whether SMTP_URL names a server."""
    return settings()["SMTP_URL"] is not None


def post(mail: Mail, now: datetime) -> None:
    """Keep the mail in the current transaction; it goes out after the commit, in the background.

    What it holds is encrypted until then, since it may hold a link that signs somebody in.
    Without SMTP_URL it is tried in vain and given up.
    """
    body = strict_json.dumps({"text": mail.text, "html": mail.html}).decode()
    row = OutgoingMail(
        recipient=mail.to,
        subject=one_line(mail.subject)[:MOST_SUBJECT],
        body=body,
        message_id=new_message_id(settings()),
        created_at=now,
        next_attempt_at=now,
    )
    db.session.add(row)
