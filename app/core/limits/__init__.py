"""Rate-limit counts kept in each process and reconciled with Redis at most once a second."""

from app.core.limits.counts import SYNC_SECONDS
from app.core.limits.storage import SCHEME_PREFIX, ReconciledStorage

__all__ = ["SYNC_SECONDS", "ReconciledStorage", "storage_uri"]


def storage_uri(redis_url: str | None) -> str:
    """What Flask-Limiter is given as its storage: ours with Redis, plain memory without."""
    return SCHEME_PREFIX + redis_url if redis_url else "memory://"
