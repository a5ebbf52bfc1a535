"""One look a moment for all who wait, and none for nobody."""

import threading
import time

import pytest

from app.core.noticeboard import Noticeboard
from tests.support.processes import wait_until

PAUSE = 0.01


class News:
    """What there is news of, and for which topics it was looked."""

    def __init__(self):
        self.of = set()
        self.looks = []
        self.threads = set()
        self.is_broken = False

    def __call__(self, topics):
        self.looks.append(topics)
        self.threads.add(threading.current_thread())
        if self.is_broken:
            raise RuntimeError
        return self.of


@pytest.fixture
def news():
    return News()


@pytest.fixture
def board(app, news):
    with app.app_context():
        yield Noticeboard(news, PAUSE)


def soon():
    return time.monotonic() + 60


def test_tells_whoever_waits_for_what_there_is_news_of(board, news):
    with board.waiting("a") as a, board.waiting("b") as b:
        news.of = {"a"}

        assert a.wait(soon())
        assert not b.wait(time.monotonic() + 5 * PAUSE)


def test_tells_again_of_what_is_still_news(board, news):
    news.of = {"a"}

    with board.waiting("a") as notice:
        assert [notice.wait(soon()) for _ in range(3)] == [True] * 3


def test_one_thread_looks_for_all_of_them(board, news):
    with board.waiting("a"), board.waiting("a"), board.waiting("b"):
        wait_until(lambda: news.looks.count({"a", "b"}) > 2)

    assert len(news.threads) == 1


def test_nobody_looks_once_nobody_waits(board, news):
    with board.waiting("a"):
        wait_until(lambda: bool(news.looks))

    (watching,) = news.threads
    watching.join(60)
    assert not watching.is_alive()


def test_looks_again_for_the_next_who_waits(board, news):
    for _ in range(2):
        news.of = {"a"}
        with board.waiting("a") as notice:
            assert notice.wait(soon())


def test_goes_on_after_a_look_that_failed(board, news):
    news.is_broken = True
    with board.waiting("a") as notice:
        wait_until(lambda: len(news.looks) > 1)
        news.is_broken, news.of = False, {"a"}

        assert notice.wait(soon())


def test_waits_no_longer_than_it_was_to(board):
    with board.waiting("a") as notice:
        assert not notice.wait(time.monotonic() - 1)
