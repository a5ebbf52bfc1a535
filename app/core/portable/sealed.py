"""Secrets in written tables: whether keys open them, before a database is filled with them."""

from collections.abc import Iterator
from pathlib import Path

from app.core.crypto import Cipher, DecryptionFailed
from app.core.db import Base
from app.core.portable.lines import split_line
from app.core.portable.manifest import Manifest
from app.core.portable.writing import path_of
from app.core.secrets import Encrypted


def count_sealed(folder: Path, manifest: Manifest, cipher: Cipher) -> tuple[int, int]:
    """How many secrets there are, and how many of them this cipher does not open."""
    total = unreadable = 0
    for token in _tokens(folder, manifest):
        total += 1
        try:
            cipher.decrypt(token)
        except DecryptionFailed:
            unreadable += 1
    return total, unreadable


def _tokens(folder: Path, manifest: Manifest) -> Iterator[str]:
    for name, written in manifest.tables.items():
        table = Base.metadata.tables.get(name)
        # A version before this one may lack the table, or a column of it.
        columns = [] if table is None else list(table.columns)
        secret = {column.name for column in columns if isinstance(column.type, Encrypted)}
        places = [place for place, column in enumerate(written.columns) if column in secret]
        if not places:
            continue
        with path_of(folder, name).open("rb") as file:
            for line in file:
                fields = split_line(line.decode())
                yield from (token for place in places if (token := fields[place]) is not None)
