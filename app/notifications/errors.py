"""What can go wrong with notification channels."""

from app.core.errors import Conflict


class NameTaken(Conflict):
    message = "A notification channel with this name exists already."
