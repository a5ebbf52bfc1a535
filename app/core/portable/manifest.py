"""What stands beside the written tables: how many rows, which hashes, of which version."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.core.portable.errors import NotPortable

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class Written:
    """One table as it was written; `last_id` is the last id that was given out."""

    columns: tuple[str, ...]
    rows: int
    sha256: str
    last_id: int


@dataclass
class Manifest:
    """Everything that a restored database is held against.

    `keys` are fingerprints of the keys by their settings' names; `sealed` and `unreadable` count
    the secrets in the tables and those of them that no key opened.
    """

    made_at: str
    database: str
    revision: str
    tables: dict[str, Written]
    keys: dict[str, list[str]] = field(default_factory=dict)
    has_keys: bool = False
    sealed: int = 0
    unreadable: int = 0
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def keep(manifest: Manifest, folder: Path) -> None:
    (folder / NAME).write_text(json.dumps(asdict(manifest), indent=1))


def find(folder: Path) -> Manifest:
    """Read it again; NotPortable when it is missing, broken or of a later form."""
    try:
        fields = json.loads((folder / NAME).read_text())
        if fields["format"] != FORMAT:
            raise NotPortable(
                f"This backup has the form {fields['format']}, and this version of Holdfast reads "
                f"{FORMAT}: restore it with the version that made it, or a later one."
            )
        tables = fields.pop("tables").items()
        written = {
            name: Written(**{**table, "columns": tuple(table["columns"])}) for name, table in tables
        }
        return Manifest(tables=written, **fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise NotPortable("The backup's manifest is missing or cannot be read.") from exc
