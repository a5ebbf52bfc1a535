"""What can go wrong with tasks."""

from app.core.errors import Conflict


class WrongMove(Conflict):
    message = "A task goes from open to in_progress to closed, and from closed back to open."
