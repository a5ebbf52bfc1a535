"""What the environment tells restic of the storage, for a repository that no row describes."""

import os
import re
from collections.abc import Mapping

# https://restic.readthedocs.io/en/stable/040_backup.html#environment-variables
_OF_STORAGES = re.compile(r"(AWS|AZURE|B2|GOOGLE|OS|ST|RCLONE|RESTIC_REST)_[A-Z0-9_]+")


def storage_credentials(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The credentials and addresses of storages, under restic's own names for them."""
    return {name: text for name, text in environ.items() if _OF_STORAGES.fullmatch(name)}
