"""After the clock was put forward nothing is called late for a while."""

import pytest

from app.core.jumps import JumpWatch


class Clocks:
    """A wall clock that can be set, and a steady one."""

    def __init__(self):
        self.wall, self.steady = 1_000_000.0, 50.0

    def pass_by(self, seconds):
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clocks():
    return Clocks()


@pytest.fixture
def watch(clocks):
    return JumpWatch(60, lambda: clocks.wall, lambda: clocks.steady)


def test_time_that_passes_is_no_jump(clocks, watch):
    clocks.pass_by(7 * 86_400)

    assert watch.is_calm()


def test_a_jump_forward_is_waited_out(clocks, watch):
    clocks.wall += 86_400

    seen = [watch.is_calm()]
    for seconds in (59, 1):
        clocks.pass_by(seconds)
        seen.append(watch.is_calm())

    assert seen == [False, False, True]


def test_a_clock_that_is_put_back_makes_nothing_late(clocks, watch):
    clocks.wall -= 86_400

    assert watch.is_calm()


def test_a_small_correction_is_no_jump(clocks, watch):
    clocks.wall += 2

    assert watch.is_calm()
