"""The house's processes over both kinds of queue: SQLite's file, and Redis beside PostgreSQL."""

from tests.support.house_fixtures import (
    app,
    environ,
    house,
    migrated_app,
    short_lease,
    slow_job,
    throttle,
)

__all__ = ["app", "environ", "house", "migrated_app", "short_lease", "slow_job", "throttle"]
