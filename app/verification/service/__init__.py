"""What the product does to prove that backups can be restored."""

from app.verification.service.proofs import latest

__all__ = ["latest"]
