"""Events: recorded with the change that they tell of, and followed in the background."""

from app.events.service.recording import Fact, record

__all__ = ["Fact", "record"]
