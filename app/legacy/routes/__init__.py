"""The legacy API for scripts under /api/backup, and its quarantine and counters for people."""

from app.legacy.routes.calls import blp as calls
from app.legacy.routes.rejected import blp as rejected
from app.legacy.routes.scripts import blp as scripts

__all__ = ["calls", "rejected", "scripts"]
