"""The background work of the legacy API: forgetting what scripts sent long ago."""

from flask import Flask

from app.core import background
from app.legacy.models import RejectedReport, StatusPost
from app.legacy.values import POSTS_KEPT, REJECTED_KEPT


def register(app: Flask) -> None:
    """Let schedulers remove refused posts and what was kept of posts, each after its time."""
    background.purge(app, RejectedReport.received_at, REJECTED_KEPT, is_in_order=True)
    background.purge(app, StatusPost.arrived_at, POSTS_KEPT, is_in_order=True)
