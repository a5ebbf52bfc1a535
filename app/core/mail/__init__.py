"""Mail: posted in the transaction of the change, sent in the background by SMTP."""

from app.core.mail.letters import Letter
from app.core.mail.outbox import Mail, is_configured, post
from app.core.mail.server import new_message_id, server_of
from app.core.mail.smtp import MailError, send

__all__ = [
    "Letter",
    "Mail",
    "MailError",
    "is_configured",
    "new_message_id",
    "post",
    "send",
    "server_of",
]
