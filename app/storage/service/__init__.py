"""Storage providers: kept, tested, measured and watched."""

from app.storage.service.providers import ensure_default, find_default, find_provider, get_provider

__all__ = ["ensure_default", "find_default", "find_provider", "get_provider"]
