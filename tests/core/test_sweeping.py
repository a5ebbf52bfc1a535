"""A sweep: what is wrong with one row leaves the others their turn."""

import json
from types import SimpleNamespace

from app.core import logging
from app.core.sweeping import sweep

ROWS = [SimpleNamespace(id=number) for number in (1, 0, 2)]


def test_a_row_that_fails_leaves_the_others_their_turn():
    assert sweep("divide", ROWS, lambda row: 1 / row.id > 0) == 2


def test_what_was_not_done_does_not_count():
    assert sweep("look", ROWS, lambda row: row.id == 2) == 1


def test_a_row_that_fails_is_named_in_the_log(capsys):
    logging.configure("INFO")

    sweep("divide", ROWS, lambda row: 1 / row.id > 0)

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["sweep"], line["row_id"], line["level"]) == ("divide", 0, "error")
