import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.legacy.errors import InvalidFields, MalformedBody, ReportRefused, UnsupportedBody
from app.legacy.rules.body import Body, read_body

JSON = "application/json"
TEXT = '{"error_message": "Größe über 5 €"}'


@pytest.mark.parametrize(
    ("raw", "repaired"),
    [
        (TEXT.encode(), False),
        (TEXT.encode("utf-8-sig"), False),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), False),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), False),
        (TEXT.encode("utf-16-le"), False),
        (TEXT.encode("cp1252"), True),
    ],
)
def test_the_same_text_comes_out_of_every_encoding(raw: bytes, repaired: bool) -> None:
    body = read_body(raw, JSON)

    assert body == Body({"error_message": "Größe über 5 €"}, repaired)


def test_bytes_that_windows_1252_leaves_undefined_do_not_lose_the_status() -> None:
    body = read_body(b'{"status": "failed", "error_message": "\x81\x8d\x8f\x90\x9d"}', JSON)

    assert body.data == {"status": "failed", "error_message": "\ufffd" * 5}
    assert body.encoding_repaired


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        "Application/JSON; charset=iso-8859-1",
        "application/vnd.backup+json",
        "application/x-www-form-urlencoded",
        "text/plain; charset=utf-16",
        "",
        None,
    ],
)
def test_json_is_read_under_the_types_that_scripts_send(content_type: str | None) -> None:
    body = read_body(b'{"job_id": 7}', content_type)

    assert body.data == {"job_id": 7}


@pytest.mark.parametrize("content_type", ["text/xml", "multipart/form-data; boundary=x", "json"])
def test_other_content_types_are_unsupported(content_type: str) -> None:
    with pytest.raises(UnsupportedBody) as refused:
        read_body(b'{"job_id": 7}', content_type)

    assert refused.value.code == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \r\n",
        b"[1]",
        b'"success"',
        b"null",
        b'{"job_id": 7',
        b'{"job_id": 7} x',
        b"job_id=7&status=success",
        b"\xff\xfe{",
        b'{"a": ' + b"[" * 100_000,
    ],
)
def test_what_is_not_one_json_object_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedBody) as refused:
        read_body(raw, JSON)

    assert refused.value.code == "MALFORMED_JSON"


@pytest.mark.parametrize(
    ("raw", "details"),
    [
        (b'{"size": NaN}', {"size": "size must be a finite number"}),
        (b'{"size": -Infinity}', {"size": "size must be a finite number"}),
        (b'{"size": 1e999}', {"size": "size must be a finite number"}),
        (b'{"job_id": 7, "job_id": 8}', {"job_id": "job_id is given twice"}),
        (b'{"text": "a\\u0000b"}', {"text": "text contains a NUL character"}),
        (b'{"a": {"b": "\\ud800"}}', {"a.b": "a.b contains half of a surrogate pair"}),
        (b'{"a": [1, "\\udc00"]}', {"a.1": "a.1 contains half of a surrogate pair"}),
        (b'{"\\ud800": 1}', {"\\ud800": "\\ud800 contains half of a surrogate pair"}),
    ],
)
def test_what_strict_json_forbids_names_its_field(raw: bytes, details: dict[str, str]) -> None:
    with pytest.raises(MalformedBody) as refused:
        read_body(raw, JSON)

    assert refused.value.details == details


def test_nesting_too_deep_names_its_field() -> None:
    with pytest.raises(MalformedBody) as refused:
        read_body(b'{"details": ' + b"[" * 40 + b"]" * 40 + b"}", JSON)

    assert list(refused.value.details)[0].startswith("details.0.0")


@pytest.mark.parametrize("literal", ["9223372036854775808", "-9223372036854775809", "9" * 5000])
def test_an_integer_beyond_64_bits_names_its_field(literal: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_body(f'{{"size": {literal}}}'.encode(), JSON)

    assert refused.value.details == {"size": "size is beyond 2^63-1"}


def test_a_pair_of_surrogates_is_one_character() -> None:
    body = read_body(b'{"text": "\\ud83d\\ude00"}', JSON)

    assert body.data == {"text": "\U0001f600"}


def _outcome(raw: bytes) -> Body | ReportRefused:
    try:
        return read_body(raw, None)
    except ReportRefused as refused:
        return refused


@settings(deadline=None)
@given(st.one_of(st.binary(), st.binary().map(lambda raw: b'{"a": "' + raw + b'"}')))
def test_any_bytes_are_read_or_refused_in_words_that_can_be_sent(raw: bytes) -> None:
    outcome = _outcome(raw)

    sent = outcome.data if isinstance(outcome, Body) else [outcome.message, outcome.details]
    assert json.loads(json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()) == sent


# A small alphabet finds what matters at once: quotes, escapes, NUL, lone surrogates, wide letters.
TEXTS = st.text(st.sampled_from('aZ."\\é€\x00\ud800\U0001f600'), max_size=6)
FORBIDDEN = re.compile(r"\\u0000|\\ud800|NaN|Infinity")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | TEXTS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXTS, values, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(TEXTS, JSON_VALUES, max_size=3))
def test_any_object_is_read_as_it_was_unless_it_holds_what_cannot_be_kept(
    data: dict[str, object],
) -> None:
    text = json.dumps(data)

    outcome = _outcome(text.encode())

    assert isinstance(outcome, ReportRefused) == bool(FORBIDDEN.search(text))
    assert isinstance(outcome, ReportRefused) or outcome.data == data
