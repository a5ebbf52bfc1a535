"""The HTTP face of verifications."""

from app.verification.routes.schedules import blp as schedules
from app.verification.routes.verifications import blp as verifications

__all__ = ["schedules", "verifications"]
