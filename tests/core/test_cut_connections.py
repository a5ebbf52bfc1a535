"""A database that was restarted is found out before a request fails."""

import time

import pytest
from sqlalchemy import text

from app.core.db import PING_AFTER_SECONDS, db
from tests.support.raw import owners_engine


@pytest.fixture
def cut(app):
    """Cuts every other connection to this database, as a restart does."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return lambda: None
        engine = owners_engine()

    def cut_all():
        with engine.connect() as connection:
            connection.execute(
                text(
                    # Told to end and no more, one might still answer the ping.
                    "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    return cut_all


def test_the_first_request_after_a_restart_is_answered(admin, job, cut):
    assert admin.get(f"/api/v1/backups/{job.id}").status_code == 200
    time.sleep(PING_AFTER_SECONDS)
    cut()

    response = admin.get(f"/api/v1/backups/{job.id}")

    assert response.status_code == 200
