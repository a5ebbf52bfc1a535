"""Is what lies in the scratch folder what the snapshot recorded? Every byte is looked at."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from app.engines.archives import Archive, Member
from app.engines.base import Node

_MISSING = "It was not restored."
_SIZE = "The restored file has {} bytes, the snapshot {}."
_CONTENT = "The restored file's content differs from the snapshot's from byte {} on."
_KIND = "It was restored as something else."
_KINDS = {
    "fifo": stat.S_ISFIFO,
    "socket": stat.S_ISSOCK,
    "dev": stat.S_ISBLK,
    "chardev": stat.S_ISCHR,
}


class Comparison:
    """Looks at what was restored below a folder; gives what is wrong with it, None when nothing
    is. No link is followed at a path's end, and nothing but files is opened."""

    def __init__(self, target: Path) -> None:
        self._target = os.fsencode(target)

    def find_difference(self, member: Member) -> str | None:
        """Compare a folder, a file with its content, or a link with where it leads."""
        path, found = self._look(member.path)
        if found is None:
            return _MISSING
        if member.is_folder:
            return None if stat.S_ISDIR(found.st_mode) else _KIND
        if member.is_file:
            return _differs(path, found, member.pieces(), member.size_bytes)
        is_same = stat.S_ISLNK(found.st_mode) and os.readlink(path) == os.fsencode(member.link)
        return None if is_same else _KIND

    def find_file_difference(self, node: Node, content: Archive) -> str | None:
        """Compare one file with its content, which comes by itself."""
        path, found = self._look(node.path)
        if found is None:
            return _MISSING
        return _differs(path, found, content.pieces(), node.size_bytes)

    def find_special_difference(self, node: Node) -> str | None:
        """Compare the kind of a pipe, a device or a socket."""
        _, found = self._look(node.path)
        if found is None:
            return _MISSING
        is_kind = _KINDS.get(node.kind)
        return None if is_kind is None or is_kind(found.st_mode) else _KIND

    def _look(self, path: str) -> tuple[bytes, os.stat_result | None]:
        place = self._target + os.fsencode(path)
        try:
            return place, os.lstat(place)
        except OSError:
            return place, None


def _differs(
    path: bytes, found: os.stat_result, pieces: Iterator[bytes], size_bytes: int
) -> str | None:
    if not stat.S_ISREG(found.st_mode):
        return _KIND
    if found.st_size != size_bytes:
        return _SIZE.format(found.st_size, size_bytes)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as exc:
        return f"The restored file cannot be read: {exc.strerror}."
    with os.fdopen(descriptor, "rb") as restored:
        place = 0
        for piece in pieces:
            if restored.read(len(piece)) != piece:
                return _CONTENT.format(place)
            place += len(piece)
    return None
