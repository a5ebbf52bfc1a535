from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.legacy.errors import InvalidFields
from app.legacy.rules.words import cut, read_id, read_result, read_text
from app.legacy.values import COPY_STATUSES, RESULTS


@pytest.mark.parametrize("value", ["success", "Success", "SUCCESS", " success\r\n"])
def test_a_result_is_taken_in_any_case(value: str) -> None:
    assert read_result(value, "status", RESULTS) == "success"


@pytest.mark.parametrize("value", ["None", "unknown", "succeeded", 0, True, ["success"]])
def test_an_unknown_result_is_refused_with_the_list(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_result(value, "status", RESULTS)

    assert refused.value.details == {"status": "status must be one of: success, failed, warning"}


def test_a_copy_may_be_unknown() -> None:
    assert read_result("Unknown", "status", COPY_STATUSES) == "unknown"


@pytest.mark.parametrize("value", [None, "", {}])
def test_an_absent_result_is_required(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_result(value, "status", RESULTS)

    assert refused.value.message == "status is required"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("disk full", "disk full"),
        (7, "7"),
        (300.52, "300.52"),
        (True, "true"),
        (["a", "ü"], '["a","ü"]'),
        ({"code": 5, "at": None}, '{"code":5,"at":null}'),
        (None, None),
        ("", None),
        ({}, None),
    ],
)
def test_any_value_becomes_text(value: Any, text: str | None) -> None:
    assert read_text(value, 100) == text


def test_a_text_over_the_limit_says_how_much_was_left_out() -> None:
    text = read_text("é" * 10_100, 10_000)

    assert text == "é" * 9_967 + " [cut: 133 characters left out]"


@settings(deadline=None)
@given(st.integers(10_001, 200_000))
def test_a_cut_text_stays_within_the_limit_and_adds_up(length: int) -> None:
    text = cut("é" * length, 10_000)

    left_out = int(text.rpartition("[cut: ")[2].split()[0])
    assert len(text) <= 10_000
    assert text.count("é") + left_out == length


@pytest.mark.parametrize("value", [7, "7", 7.0, " 7 "])
def test_an_id_is_read_from_number_and_text(value: Any) -> None:
    assert read_id(value, "job_id") == 7


@pytest.mark.parametrize("value", [None, "", {}])
def test_a_missing_id_is_required(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_id(value, "job_id")

    assert refused.value.details == {"job_id": "job_id is required"}


@pytest.mark.parametrize(
    "value", [0, -1, "-7", 7.5, "7.5", "seven", True, [7], 2**63, 1e300, "9" * 19, "9" * 5000]
)
def test_an_id_that_no_job_can_have_is_refused(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_id(value, "job_id")

    assert refused.value.details == {"job_id": "job_id must be a positive whole number"}
