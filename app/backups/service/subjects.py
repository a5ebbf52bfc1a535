"""What of this floor and below an event of another tool may be about."""

from app.backups.models import BackupJob
from app.backups.values import BACKUP
from app.core.models import find_row
from app.storage.models import StorageProvider

_MODELS = {BACKUP: BackupJob, StorageProvider.audit_name: StorageProvider}


def find_subject(kind: str, row_id: int) -> bool | None:
    """Whether the tenant has one of this kind with this id; None for another kind."""
    model = _MODELS.get(kind)
    return None if model is None else find_row(model, row_id) is not None
