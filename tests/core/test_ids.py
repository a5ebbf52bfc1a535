"""Trace ids from callers, and ids of our own."""

import re

import pytest

from app.core.ids import clean_trace_id, new_public_id, new_trace_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def test_new_ids_are_well_formed_and_differ():
    assert re.fullmatch("[0-9a-f]{32}", new_trace_id())
    assert re.fullmatch("[a-z0-9]{12}", new_public_id())
    assert len(new_public_id(20)) == 20
    assert len({new_public_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("given", ["a", "Req-1.2_3", "x" * 128])
def test_a_valid_request_id_is_kept(given):
    assert clean_trace_id(given, PARENT) == given


@pytest.mark.parametrize("given", [None, "", "x" * 129, "a b", "a\n", "ä", "a/b", "٣"])
def test_an_invalid_request_id_gives_way_to_the_traceparent(given):
    assert clean_trace_id(given, PARENT) == TRACE


def test_a_later_traceparent_version_may_have_more_fields():
    assert clean_trace_id(None, f"01-{TRACE}-00f067aa0ba902b7-01-extra") == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "",
        TRACE,
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"00-{TRACE}-00f067aa0ba902b7-01-extra",
    ],
)
def test_an_invalid_traceparent_gives_no_trace_id(traceparent):
    assert clean_trace_id(None, traceparent) is None
