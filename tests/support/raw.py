"""The database as its owner sees it: every tenant's rows, whatever the policies say."""

from functools import cache

from flask import current_app
from sqlalchemy import Engine, create_engine

from app.core.db import db


def owners_engine() -> Engine:
    """The engine for statements that no actor makes; SQLite has no roles, and gives the usual."""
    url = current_app.config["MIGRATION_DATABASE_URL"]
    return _engine(url) if url else db.engine


@cache
def _engine(url: str) -> Engine:
    return create_engine(url, pool_size=1, pool_pre_ping=True)
