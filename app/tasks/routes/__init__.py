"""Tasks and comments over HTTP."""

from app.tasks.routes.comments import blp as comments
from app.tasks.routes.tasks import blp as tasks

__all__ = ["comments", "tasks"]
