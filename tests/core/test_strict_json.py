"""What is refused as JSON, with its place, and how answers and times are written."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.core.strict_json import InvalidText, MalformedJson, dumps, loads


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"{'a': 1}", "Expecting property name"),
        (b"[1 2]", "Expecting ',' delimiter"),
        (b"{} {}", "Extra data"),
        (b'"a\nb"', "control character"),
        (b"NaN", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 1, "b": [{"c": 1, "c": 1}]}', "'c' is given twice"),
        (b'{"a": "\xff"}', "Not UTF-8"),
        (b'"\xed\xa0\x80"', "Not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "Not UTF-8"),
        (b"[" * 101 + b"]" * 101, "deeper than 100"),
        (b"[" * 100_000, "deeper than 100"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "deeper than 100"),
    ],
)
def test_malformed_json_is_refused(raw, words):
    with pytest.raises(MalformedJson) as refusal:
        loads(raw)

    assert words in refusal.value.message


def test_a_refusal_tells_line_and_column():
    with pytest.raises(MalformedJson) as broken:
        loads(b'{\n  "a" 1}')
    with pytest.raises(MalformedJson) as foreign:
        loads(b'{\n "\xff"}')

    assert (broken.value.line, broken.value.column) == (2, 7)
    assert (foreign.value.line, foreign.value.column) == (2, 3)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b'"\\u0000"', ""),
        (b'{"a": {"b": ["x", "\\u0000"]}}', "a.b.1"),
        (b'{"name": "\\ud800"}', "name"),
        (b'{"name": "\\uDC00\\uD800"}', "name"),
        ('{"name": "\ud800"}', "name"),
        (b'{"a": {"x\\u0000": 1}}', "a.x\ufffd"),
        (b'{"n": [9223372036854775808]}', "n.0"),
        (b'{"n": -9223372036854775809}', "n"),
        (b'{"n": ' + b"1" * 5000 + b"}", "n"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_path(raw, path):
    with pytest.raises(InvalidText) as refusal:
        loads(raw)

    assert refusal.value.path == path


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('\ufeff{"a": 1}', {"a": 1}),
        (b"[" * 100 + b"]" * 100, json.loads("[" * 100 + "]" * 100)),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\u0000"', "\\u0000"),
        (b'"[[["', "[[["),
        (b'"' + b"[" * 500 + b'"', "[" * 500),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"1e308", 1e308),
    ],
)
def test_unusual_but_valid_json_is_read(raw, value):
    assert loads(raw) == value


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_INTEGERS = st.integers(-(2**63), 2**63 - 1)
_LEAVES = st.none() | st.booleans() | _TEXT | _INTEGERS | st.floats(allow_nan=False, width=32)


@given(
    st.recursive(
        _LEAVES.filter(lambda leaf: leaf not in (float("inf"), float("-inf"))),
        lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
    )
)
def test_what_is_written_is_read_back(value):
    assert loads(dumps(value)) == value
    assert loads(json.dumps(value)) == value


def test_times_are_written_in_utc():
    noon = datetime(2025, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    written = dumps([noon, datetime(2025, 6, 1, 12, 0, 0, 5, tzinfo=UTC), date(2025, 6, 1)])

    assert written == b'["2025-06-01T10:00:00Z","2025-06-01T12:00:00.000005Z","2025-06-01"]'


@pytest.mark.parametrize("value", [datetime(2025, 6, 1), object(), b"bytes"])
def test_what_has_no_json_form_is_refused(value):
    with pytest.raises(TypeError):
        dumps({"at": value})


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-02-29T10:00:00Z", "2024-02-29T10:00:00Z"),
        ("2024-02-29t12:00:00.5+02:00", "2024-02-29T10:00:00.500000Z"),
        ("2024-02-29 05:30-0430", "2024-02-29T10:00:00Z"),
        ("2024-02-29T10:00:00.1234567z", "2024-02-29T10:00:00.123456Z"),
    ],
)
def test_a_time_with_an_offset_is_read_into_utc(text, at):
    assert clock.to_wire(clock.parse_wire(text)) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-01-01",
        "2024-01-01T10:00:00",
        "2024-02-30T10:00:00Z",
        "2024-01-01T24:01:00Z",
        "2024-01-01T10:00:00+24:00",
        "2024-01-01T10:00:00+01:60",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "2024-01-01T10:00:00Z\n",
        "\u0662024-01-01T10:00:00Z",
    ],
)
def test_any_other_time_is_refused(text):
    with pytest.raises(ValueError, match="time"):
        clock.parse_wire(text)


def test_a_held_clock_stands_still_until_the_block_ends():
    new_year = datetime(2025, 1, 1, tzinfo=UTC)

    with clock.hold(new_year):
        assert clock.utcnow() == clock.utcnow() == new_year

    assert clock.utcnow() > new_year
