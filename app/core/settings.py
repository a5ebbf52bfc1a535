"""The application's settings, for rooms that know no Flask."""

from collections.abc import Mapping
from typing import Any

from flask import current_app


def settings() -> Mapping[str, Any]:
    """What `config.py` read; the same mapping for the life of the application."""
    return current_app.config
