"""Errands: a bounded number of threads, of which none is waited for."""

import threading

import pytest
from flask import Flask, current_app

from app.core.errands import Errands


@pytest.fixture
def errands():
    return Errands(Flask("bare"), "test", places=2)


def test_what_hangs_takes_a_place_and_holds_nobody_up(errands):
    go_on = threading.Event()
    errands.begin(go_on.wait, 60)

    assert errands.free == 1
    assert not errands.wait(0.05)
    go_on.set()
    assert errands.wait(60)
    assert errands.free == 2


def test_it_is_done_inside_the_application(errands):
    names = []

    errands.begin(lambda word: names.append((current_app.name, word)), "x")

    assert errands.wait(60)
    assert names == [("bare", "x")]


def test_one_that_fails_gives_its_place_back(errands, capsys):
    def fail():
        raise RuntimeError("a bug")

    errands.begin(fail)

    assert errands.wait(60)
    assert errands.free == 2
    assert "errand_failed" in capsys.readouterr().out
