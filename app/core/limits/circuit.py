"""A circuit that keeps callers away from a server that is away."""

import threading
import time

from app.core.logging import get_logger

CIRCUIT_SECONDS = 5.0

log = get_logger("limits")


class Circuit:
    """Keeps callers away from a Redis that does not answer; one of them tries again later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_open = False
        self._try_again_at = 0.0

    def lets_through(self) -> bool:
        if not self._is_open:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._try_again_at:
                return False
            # This caller goes ahead; the others wait for what it finds.
            self._try_again_at = now + CIRCUIT_SECONDS
            return True

    def failed(self, exc: Exception) -> None:
        with self._lock:
            is_news = not self._is_open
            self._is_open = True
            self._try_again_at = time.monotonic() + CIRCUIT_SECONDS
        if is_news:
            log.warning("redis is away, limits are counted in this process", reason=str(exc))

    def succeeded(self) -> None:
        if not self._is_open:
            return
        with self._lock:
            is_news = self._is_open
            self._is_open = False
        if is_news:
            log.info("redis is back, limits are shared again")
