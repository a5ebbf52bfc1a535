"""What must be asked of, and told to, those who keep backups on a storage."""

from dataclasses import dataclass

from app.core.ports import Port
from app.storage.models import StorageProvider


@dataclass(frozen=True)
class User:
    """A job that uses a provider; `has_data` tells that its repository was made there."""

    id: int
    name: str
    has_data: bool


users_of: Port[[int], list[User]] = Port("storage.users_of")
count_backups: Port[[int], int] = Port("storage.count_backups")
follow: Port[[StorageProvider], None] = Port("storage.follow")
