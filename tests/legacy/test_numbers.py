from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.legacy.errors import InvalidFields
from app.legacy.rules.numbers import read_duration_seconds, read_number, read_size_bytes
from app.legacy.values import Reading


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (300, 300),
        (300.52, 300.52),
        ("300", 300),
        (" 300 ", 300),
        ("300,52", 300.52),
        ("300,523", 300.523),
        ("1.234", 1.234),
        ("1.234,56", 1234.56),
        ("1,234.56", 1234.56),
        ("1,234,567", 1234567),
        ("1.234.567,8", 1234567.8),
        ("1\u202f234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("1.073741824E+9", 1073741824),
        ("1,073741824E+9", 1073741824),
        ("-5", -5),
        (",5", 0.5),
    ],
)
def test_numbers_are_read_in_the_forms_of_all_cultures(value: Any, number: float) -> None:
    assert read_number(value, "n", integer=False) == number


@pytest.mark.parametrize("value", [None, "", "  ", {}])
def test_what_powershell_sends_for_nothing_is_absent(value: Any) -> None:
    assert read_number(value, "n", integer=True) is None
    assert read_size_bytes(value, "n") is None
    assert read_duration_seconds(value, "n") == Reading(None)


@pytest.mark.parametrize(
    "value",
    [True, False, [], [1], {"a": 1}, "abc", "1 2", "1,2,3", "12,34.5", "1,234,56", "0x10", "٣"],
)
def test_what_is_no_number_is_refused_with_an_example(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_number(value, "backup_size", integer=True)

    assert refused.value.details == {"backup_size": "backup_size must be a number, such as 300.52"}


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "NaN", "∞", "-Infinity", "1e999", "1" * 100]
)
def test_non_finite_and_endless_numbers_are_refused(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_size_bytes(value, "size")

    assert list(refused.value.details) == ["size"]


@pytest.mark.parametrize("value", ["1e9999999999999999999", "1e-9999999999999999999"])
def test_an_exponent_that_no_decimal_holds_does_not_crash(value: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_number(value, "size", integer=True)

    assert refused.value.details == {"size": "size is out of range"}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (1.073741824e9, 1073741824),
        ("1024,5", 1025),
        (0.4, 0),
        ("1e-300", 0),
        (2**63 - 1, 2**63 - 1),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_a_size_is_whole_bytes_and_exact(value: Any, size: int) -> None:
    result = read_size_bytes(value, "size")

    assert (result, type(result)) == (size, int)


@pytest.mark.parametrize("value", [-1, "-0,4", -1e300])
def test_a_negative_size_is_refused(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_size_bytes(value, "size")

    assert list(refused.value.details) == ["size"]


@pytest.mark.parametrize("value", [2**63, "9223372036854775808", 9.3e18, "1e300"])
def test_a_number_beyond_64_bits_is_refused(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_size_bytes(value, "size")

    assert refused.value.details == {"size": "size is beyond 2^63-1"}


def test_a_negative_duration_is_not_known() -> None:
    reading = read_duration_seconds("-3971289600,5", "duration_seconds")

    assert reading == Reading(None, "duration_seconds is negative and counts as not known")


def test_a_duration_since_1900_is_not_known() -> None:
    reading = read_duration_seconds(3_971_289_600, "duration_seconds")

    assert reading == Reading(None, "duration_seconds is over ten years and counts as not known")


def test_a_duration_keeps_its_fraction() -> None:
    assert read_duration_seconds("300,52", "duration_seconds") == Reading(300.52)


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789.,eE+-' \u00a0")))
def test_any_text_of_number_characters_is_a_64_bit_integer_or_refused(text: str) -> None:
    number: int | float | None = None

    with suppress(InvalidFields):
        number = read_number(text, "n", integer=True)

    assert number is None or -(2**63) < number < 2**63
