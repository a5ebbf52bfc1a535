"""One look a moment for all threads of this process that wait for something in the database."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from app.core.logging import get_logger
from app.core.threads import start_thread
from app.core.waiting import waiters

log = get_logger("noticeboard")
PAUSE_SECONDS = 0.5
Topic = TypeVar("Topic", bound=Hashable)


class Notice:
    """What one thread waits for; it may be woken for nothing, and looks for itself then."""

    def __init__(self) -> None:
        self._news = threading.Event()

    def tell(self) -> None:
        self._news.set()

    def wait(self, until: float) -> bool:
        """Say whether there was news before this moment of the monotonic clock."""
        is_told = self._news.wait(max(0.0, until - time.monotonic()))
        self._news.clear()
        return is_told


class Noticeboard(Generic[Topic]):
    """Asks `look` which of the topics that somebody waits for there is news of.

    It is asked by one thread, which ends when nobody waits any more; so what it costs does not
    grow with those who wait. When the process is to end, all of them are told at once.
    """

    def __init__(
        self, look: Callable[[set[Topic]], set[Topic]], pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        self._look = look
        self._pause_seconds = pause_seconds
        self._lock = threading.Lock()
        self._notices: defaultdict[Topic, set[Notice]] = defaultdict(set)
        self._is_watched = False

    @contextmanager
    def waiting(self, topic: Topic) -> Iterator[Notice]:
        """Hear of this topic for the block."""
        notice = Notice()
        with self._lock:
            self._notices[topic].add(notice)
            is_first, self._is_watched = not self._is_watched, True
        if is_first:
            start_thread(self._watch, "noticeboard")
        try:
            yield notice
        finally:
            with self._lock:
                self._notices[topic].discard(notice)
                if not self._notices[topic]:
                    del self._notices[topic]

    def _watch(self) -> None:
        while topics := self._topics():
            self._tell(topics if waiters().are_dismissed else self._find(topics))
            time.sleep(self._pause_seconds)

    def _topics(self) -> set[Topic]:
        """What is waited for; without any the thread that asks is to end."""
        with self._lock:
            self._is_watched = bool(self._notices)
            return set(self._notices)

    def _find(self, topics: set[Topic]) -> set[Topic]:
        try:
            return self._look(topics)
        except Exception as error:  # The database may be away: whoever waits goes on waiting.
            log.warning("look_failed", exc_info=error)
            return set()

    def _tell(self, topics: set[Topic]) -> None:
        with self._lock:
            for topic in topics & self._notices.keys():
                for notice in self._notices[topic]:
                    notice.tell()
