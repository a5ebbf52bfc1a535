"""How much of a snapshot a scope looks at, and which files by chance."""

import math
import random

from app.engines.base import Node
from app.verification.values import FULL, QUICK, SAMPLE

READ_PERCENT = {FULL: 100.0, SAMPLE: 10.0, QUICK: 1.0}
_MOST_FILES = {SAMPLE: 100, QUICK: 10}
_UNNAMEABLE = "\ufffd"
_KEPT_SPECIALS = 1_000


def is_nameable(node: Node) -> bool:
    """Its name is UTF-8, so that restic can be asked for it alone."""
    return _UNNAMEABLE not in node.path


class Census:
    """What a snapshot holds, counted in one pass and bounded memory.

    `sample` are files of it, each as likely as any other; files whose names are no UTF-8 are
    left out of it, since restic cannot be asked for them one by one.
    """

    def __init__(self, scope: str) -> None:
        self.files = 0
        self.bytes = 0
        self.specials: list[Node] = []
        self.last: Node | None = None
        self._drawn: list[Node] = []
        self._nameable = 0
        self._scope = scope

    def add(self, node: Node) -> None:
        """Count an entry of the snapshot."""
        self.last = node
        if node.kind == "file":
            self.files += 1
            self.bytes += node.size_bytes
            self._draw(node)
        elif node.kind not in ("dir", "symlink") and len(self.specials) < _KEPT_SPECIALS:
            self.specials.append(node)

    @property
    def sample(self) -> list[Node]:
        """A tenth or a hundredth of the files, at least one and at most 100 or 10."""
        wanted = math.ceil(self.files * READ_PERCENT[self._scope] / 100)
        return sorted(self._drawn[:wanted], key=lambda node: node.path)

    def _draw(self, node: Node) -> None:
        """Knuth's algorithm R; the order of what was drawn is a matter of chance too."""
        most = _MOST_FILES.get(self._scope, 0)
        if not most or not is_nameable(node):
            return
        self._nameable += 1
        # No secret: whoever could use the answer holds the repository already.
        place = random.randrange(self._nameable)  # noqa: S311  # nosec B311
        if len(self._drawn) < most:
            self._drawn.insert(place, node)
        elif place < most:
            self._drawn[place] = node
