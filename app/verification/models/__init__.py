"""Verifications, what they found, and when they come again."""

from app.verification.models.schedule import VerificationSchedule
from app.verification.models.verification import Verification, VerificationFailure

__all__ = ["Verification", "VerificationFailure", "VerificationSchedule"]
