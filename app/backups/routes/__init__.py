"""Backup jobs, executions and copies over HTTP."""

from app.backups.routes.copies import blp as copies
from app.backups.routes.executions import blp as executions
from app.backups.routes.jobs import blp as jobs
from app.backups.routes.storage import blp as stored_backups

__all__ = ["copies", "executions", "jobs", "stored_backups"]
