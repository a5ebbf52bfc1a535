"""Secrets that a program takes as a file only: kept in memory, gone with whoever made them."""

import os
import tempfile
import weakref


class PrivateFile:
    """A file that nobody else may read, for as long as this object is alive.

    On Linux it is in no folder: the children of this process, and theirs, open it by way of
    /proc, and the kernel drops it with the process, killed or not.
    """

    def __init__(self, text: str) -> None:
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("holdfast")
            os.fchmod(descriptor, 0o600)
            self.path = f"/proc/{os.getpid()}/fd/{descriptor}"
            weakref.finalize(self, os.close, descriptor)
        else:
            descriptor, self.path = tempfile.mkstemp(prefix="holdfast-")
            weakref.finalize(self, os.close, descriptor)
            weakref.finalize(self, os.unlink, self.path)
        with os.fdopen(descriptor, "w", closefd=False) as file:
            file.write(text)
