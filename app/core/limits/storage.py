"""The storage of Flask-Limiter's counts: local, reconciled with Redis."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import redis
from limits.storage import Storage
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.core.limits.circuit import Circuit
from app.core.limits.counts import SYNC_SECONDS, Count

EXACT_MARKER = "login:"
SOCKET_TIMEOUT_SECONDS = 0.2
SWEEP_SECONDS = 30.0
MAX_KEYS = 100_000
FLUSH_KEYS = 1_000
SCHEME_PREFIX = "reconciled+"
_PREFIX = "holdfast:limit:"

T = TypeVar("T")

# A key, its count and the hits of it that are on their way.
_Taken = tuple[str, Count, int]


class ReconciledStorage(Storage):
    """A storage of `limits` for fixed windows, thread-safe, shared by way of Redis.

    A hit is judged by this process's view of the whole count. The view of a key that is in use
    is brought up to date once a second, on one request or in the background, so that a limit is
    over-run by what arrives within one second at most. Keys with `login:` in them are counted in
    Redis at each hit. While Redis is away (0.2 s, then not asked for 5 s) the local view decides;
    what was counted meanwhile is handed in afterwards. A reply lost on its way may count twice.
    """

    STORAGE_SCHEME = [
        "reconciled+redis",
        "reconciled+rediss",
        "reconciled+unix",
    ]

    def __init__(
        self, uri: str, wrap_exceptions: bool = False, **options: float | str | bool
    ) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._redis = redis.Redis.from_url(
            uri.removeprefix(SCHEME_PREFIX),
            socket_timeout=SOCKET_TIMEOUT_SECONDS,
            socket_connect_timeout=SOCKET_TIMEOUT_SECONDS,
            # A second attempt would double the wait; a connection that died while idle is
            # noticed and replaced by the pool all the same.
            retry=Retry(NoBackoff(), 0),
        )
        self._lock = threading.Lock()
        self._counts: dict[str, Count] = {}
        self._circuit = Circuit()
        self._flusher: threading.Timer | None = None
        self._next_sweep = 0.0

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What `limits` wraps for its callers; nothing of it leaves this storage."""
        return redis.RedisError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit and answer the whole count of the window, which lasts `expiry` seconds."""
        is_exact = EXACT_MARKER in key
        with self._lock:
            now = time.monotonic()
            count = self._live(key, expiry, now)
            count.pending += amount
            place = count.total
            if not (is_exact or count.is_due(now)) or not self._circuit.lets_through():
                self._flush_later()
                return place
            taken = [(key, count, count.take(now))]
        answers = self._exchange(taken)
        with self._lock:
            self._settle(taken, answers)
        # Other threads count on meanwhile; this hit is judged by its own place, not by theirs.
        return answers[0][0] if answers else place

    def get(self, key: str) -> int:
        """The count of the window that is on, as this process knows it."""
        with self._lock:
            count = self._counts.get(key)
            return count.total if count and count.expires_at > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since the epoch; now when none is on."""
        with self._lock:
            count = self._counts.get(key)
            left = count.expires_at - time.monotonic() if count else 0.0
        return time.time() + max(left, 0.0)

    def check(self) -> bool:
        """Whether Redis answers; the storage works either way."""
        return bool(self._asked(lambda: bool(self._redis.ping())))

    def reset(self) -> int | None:
        """Forget all counts, here and, when Redis can be reached, there; how many were here."""
        with self._lock:
            dropped = len(self._counts)
            self._counts.clear()
        self._asked(self._unlink_all)
        return dropped

    def clear(self, key: str) -> None:
        """Forget one count, here and, when Redis can be reached, there."""
        with self._lock:
            self._counts.pop(key, None)
        self._asked(lambda: self._redis.unlink(_PREFIX + key))

    def sweep(self) -> int:
        """Drop the windows that are over, and answer how many keys are left; hits do it too."""
        with self._lock:
            self._sweep(time.monotonic())
            return len(self._counts)

    def _live(self, key: str, expiry: int, now: float) -> Count:
        if now >= self._next_sweep or len(self._counts) >= MAX_KEYS:
            self._sweep(now)
        count = self._counts.get(key)
        if count is None or count.expires_at <= now:
            count = self._counts[key] = Count(expiry, expires_at=now + expiry)
        return count

    def _sweep(self, now: float) -> None:
        self._next_sweep = now + SWEEP_SECONDS
        for key in [key for key, count in self._counts.items() if count.expires_at <= now]:
            del self._counts[key]
        # A flood of new keys within one window costs the oldest ones what is only counted here.
        if len(self._counts) >= MAX_KEYS:
            for key in list(self._counts)[: MAX_KEYS // 10]:
                del self._counts[key]

    def _flush_later(self) -> None:
        if self._flusher is None or not self._flusher.is_alive():
            self._flusher = threading.Timer(SYNC_SECONDS, self._flush)
            self._flusher.daemon = True
            self._flusher.start()

    def _flush(self) -> None:
        """Hand in what no later request did, so that other processes hear of it."""
        with self._lock:
            self._flusher = None
            taken = self._take_due()
        answers = self._exchange(taken) if taken else []
        with self._lock:
            self._settle(taken, answers)
            now = time.monotonic()
            if any(count.pending and count.expires_at > now for count in self._counts.values()):
                self._flush_later()

    def _take_due(self) -> list[_Taken]:
        now = time.monotonic()
        due = [
            (key, count)
            for key, count in self._counts.items()
            if count.pending and count.expires_at > now and count.is_due(now)
        ]
        if not due or not self._circuit.lets_through():
            return []
        return [(key, count, count.take(now)) for key, count in due[:FLUSH_KEYS]]

    def _settle(self, taken: list[_Taken], answers: list[tuple[int, float]]) -> None:
        if not answers:
            for _, count, delta in taken:
                count.came_back(delta)
                self._flush_later()
            return
        for (_, count, delta), (total, seconds_left) in zip(taken, answers, strict=True):
            count.landed(delta, total, seconds_left)

    def _exchange(self, taken: list[_Taken]) -> list[tuple[int, float]]:
        """Hand in hits; for each key the whole count and the seconds left of its window.

        One round trip; an empty list when Redis is away. A window that Redis has already goes
        on, so all processes share its end.
        """
        pipeline = self._redis.pipeline(transaction=True)
        for key, count, delta in taken:
            pipeline.set(_PREFIX + key, 0, ex=count.window_seconds, nx=True)
            pipeline.incrby(_PREFIX + key, delta)
            pipeline.pttl(_PREFIX + key)
        try:
            replies = pipeline.execute()
        except redis.RedisError as exc:
            self._circuit.failed(exc)
            return []
        self._circuit.succeeded()
        return [
            (int(total), max(int(millis), 0) / 1000)
            for total, millis in zip(replies[1::3], replies[2::3], strict=True)
        ]

    def _asked(self, call: Callable[[], T]) -> T | None:
        if not self._circuit.lets_through():
            return None
        try:
            answer = call()
        except redis.RedisError as exc:
            self._circuit.failed(exc)
            return None
        self._circuit.succeeded()
        return answer

    def _unlink_all(self) -> None:
        for key in self._redis.scan_iter(match=_PREFIX + "*", count=1000):
            self._redis.unlink(key)
