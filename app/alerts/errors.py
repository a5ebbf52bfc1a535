"""What can go wrong with alerts, each with its stable code."""

from app.core.errors import Conflict, NotFound


class CannotMove(Conflict):
    message = "The alert's status does not allow this."


class OpenedAnew(Conflict):
    message = "The same trouble has an alert that is not resolved: see that one."


class UnknownAlerts(NotFound):
    message = "There are no alerts with these ids; nothing was changed."
