"""The audit log: written with what it tells of, read by auditors, sealed in the background."""

from app.audit.service.recording import record_refusal, record_write

__all__ = ["record_refusal", "record_write"]
