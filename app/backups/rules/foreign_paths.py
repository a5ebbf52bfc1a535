"""Paths of another host, judged by their words: nothing here can look at its disks."""

from pathlib import PurePath, PurePosixPath, PureWindowsPath


def is_absolute(path: str) -> bool:
    """`/srv/x`, `C:\\x` or `\\\\host\\share\\x`, with no way back up in it."""
    found = _read(path)
    return found.is_absolute() and ".." not in found.parts


def lands_on(target: str, source: str) -> bool:
    """A restore below the target may write over the source: each file lands there under its full
    path, so a root puts all of them back in their places."""
    place, origin = _read(target), _read(source)
    if type(place) is not type(origin):
        return False
    return place == PurePosixPath("/") or place.is_relative_to(origin)


def _read(path: str) -> PurePath:
    # POSIX leaves two leading slashes a meaning of their own, which no host here gives them.
    is_posix = path.startswith("/")
    return PurePosixPath("/" + path.lstrip("/")) if is_posix else PureWindowsPath(path)
