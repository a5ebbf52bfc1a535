"""Reads a dumped snapshot, member by member, in bounded memory."""

import tarfile
from collections.abc import Iterator
from typing import Any, cast

from app.engines.pipes import Pipe

PIECE_BYTES = 256 * 1024


class Member:
    """A folder, a file or a link; bytes of its names that are no UTF-8 are surrogate escapes."""

    def __init__(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self.path = "/" + info.name.strip("/")
        self.link = info.linkname
        self.size_bytes = info.size
        self.is_file = info.isreg()
        self.is_folder = info.isdir()
        self.is_cut = False
        self._content = archive.extractfile(info) if self.is_file else None

    def pieces(self) -> Iterator[bytes]:
        """Give a file's content, or what was not given of it yet; `is_cut` says that the stream
        broke off before its end."""
        content = self._content
        try:
            while content is not None and (piece := content.read(PIECE_BYTES)):
                yield piece
        except tarfile.TarError:
            self.is_cut = True


class Archive:
    """A dump under way. `break_reason` is known once it was read and closed: None for a whole one.

    A single file's dump has `pieces` and no members.
    """

    def __init__(self, pipe: Pipe) -> None:
        self.break_reason: str | None = None
        self.is_cut = False
        self._pipe = pipe

    def members(self) -> Iterator[Member]:
        """Give what the archive holds, in its order; each must be read before the next."""
        try:
            with tarfile.open(
                mode="r|",
                fileobj=cast(Any, self._pipe),
                bufsize=PIECE_BYTES,
                encoding="utf-8",
                errors="surrogateescape",
            ) as archive:
                for info in archive:
                    yield Member(archive, info)
                    # It would keep them all.
                    cast(Any, archive).members.clear()
        except tarfile.TarError:
            self.is_cut = True

    def pieces(self) -> Iterator[bytes]:
        while piece := self._pipe.read(PIECE_BYTES):
            yield piece
