"""The figures of authentication."""

from datetime import timedelta

ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=30)
CACHED_SECONDS = 5
CACHED_ACTORS = 10_000
USED_AT_STEP = timedelta(minutes=1)
DEFAULT_OVERLAP_HOURS = 24
MAX_OVERLAP_HOURS = 720
KEY_PREFIX = "hf_"

LOGOUT, REUSE, PASSWORD_CHANGED, RESET = "logout", "reuse", "password_changed", "reset"
