"""What runners wait for: a run for their host, or word that their key has ended."""

import time

from app.auth.service import api_keys
from app.backups.service import remote_runs
from app.core import clock
from app.core.noticeboard import Noticeboard
from app.core.tenancy import unscoped
from app.runners.service.callers import Host

# A topic: the tenant, the host's name, and the key with which it waits.
Waiting = tuple[int, str, int]
KEYS_SECONDS = 2.0
# The name under which an application keeps its board.
BOARD = "runners_board"


class _Look:
    """Looks for runs at each turn, and for keys that have ended every few seconds."""

    def __init__(self) -> None:
        self._keys_seen_at = float("-inf")

    def __call__(self, waiting: set[Waiting]) -> set[Waiting]:
        with unscoped(read_only=True):
            busy = remote_runs.hosts_waited_for()
            ended = self._ended({key_id for _, _, key_id in waiting})
        return {one for one in waiting if one[:2] in busy or one[2] in ended}

    def _ended(self, key_ids: set[int]) -> set[int]:
        if time.monotonic() - self._keys_seen_at < KEYS_SECONDS:
            return set()
        self._keys_seen_at = time.monotonic()
        return api_keys.ended_among(key_ids, clock.utcnow())


def new_board() -> Noticeboard[Waiting]:
    return Noticeboard(_Look())


def topic_of(host: Host) -> Waiting:
    return host.tenant_id, host.name, host.key_id
