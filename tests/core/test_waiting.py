"""Places for threads that wait."""

import threading

import pytest

from app.core.waiting import Waiters


def test_places_are_given_until_the_limit():
    waiters = Waiters(2)

    with waiters.place() as first, waiters.place() as second, waiters.place() as third:
        assert (first, second, third) == (True, True, False)
        assert waiters.taken == 2


def test_a_place_is_free_again_after_an_error():
    waiters = Waiters(1)

    with pytest.raises(RuntimeError), waiters.place():
        raise RuntimeError

    assert waiters.taken == 0


def test_one_that_got_no_place_gives_none_back():
    waiters = Waiters(1)

    with waiters.place():
        with waiters.place() as refused:
            pass
        assert not refused
        assert waiters.taken == 1


def test_a_limit_of_zero_gives_no_place():
    with Waiters(0).place() as ok:
        assert not ok


def test_threads_together_never_take_more_than_the_limit():
    waiters = Waiters(3)
    answers: list[bool] = []
    everyone_asked = threading.Barrier(8)

    def wait() -> None:
        with waiters.place() as ok:
            answers.append(ok)
            everyone_asked.wait(timeout=60)

    threads = [threading.Thread(target=wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count(True) == 3
    assert waiters.taken == 0
