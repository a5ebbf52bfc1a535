"""Mail: posted in the transaction of the change, sent in the background by SMTP."""

from app.core.mail.outbox import Mail, is_configured, post

__all__ = ["Mail", "is_configured", "post"]
