"""One JSON object a line, with the trace id and without secrets."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest

from app.core import logging as our_logging

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.fixture
def log() -> Iterator[object]:
    our_logging.configure("info")
    our_logging.clear()
    yield our_logging.get_logger("app.tests")
    our_logging.clear()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_time_level_event_logger_and_trace_id(log, capsys):
    our_logging.bind(trace_id="t-1")

    log.info("job queued", job_id=7)

    [line] = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "job queued",
        "job_id": 7,
        "level": "info",
        "logger": "app.tests",
        "trace_id": "t-1",
    }


def test_a_cleared_context_leaves_no_trace_id(log, capsys):
    our_logging.bind(trace_id="t-1")
    our_logging.clear()

    log.info("done")

    assert "trace_id" not in lines(capsys)[0]


@pytest.mark.parametrize("name", ["gunicorn.error", "gunicorn.access", "werkzeug", "huey", "any"])
def test_other_libraries_log_in_the_same_form(name, capsys):
    logging.getLogger(name).addHandler(logging.StreamHandler())
    our_logging.configure("info")
    our_logging.bind(trace_id="t-2")

    logging.getLogger(name).warning("worker %s left", 3, extra={"pid": 9})

    our_logging.clear()
    [line] = lines(capsys)
    assert (line["event"], line["logger"], line["pid"]) == ("worker 3 left", name, 9)
    assert (line["level"], line["trace_id"]) == ("warning", "t-2")


def test_lines_below_the_level_are_left_out(capsys):
    our_logging.configure("warning")

    our_logging.get_logger("app.tests").info("quiet")
    logging.getLogger("other").info("quiet too")

    assert lines(capsys) == []


def test_configuring_twice_prints_once(log, capsys):
    our_logging.configure("info")

    log.info("once")

    assert len(lines(capsys)) == 1


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="LOUD"):
        our_logging.configure("loud")


def test_an_exception_is_logged_with_its_traceback(log, capsys):
    try:
        raise RuntimeError(f"Bearer {JWT}")
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("other").exception("failed too")

    ours, theirs = lines(capsys)
    assert "RuntimeError" in ours["traceback"]
    assert "RuntimeError" in theirs["traceback"]
    assert JWT not in json.dumps([ours, theirs])


def test_a_line_break_in_a_value_starts_no_new_line(log, capsys):
    log.info('x\n{"event": "forged"}', name="a\r\nb\u2028c")

    [line] = lines(capsys)
    assert line["event"] == 'x\n{"event": "forged"}'


def test_a_line_that_there_is_no_room_for_fails_nobody(log, monkeypatch):
    full = open("/dev/full", "w")  # noqa: SIM115
    monkeypatch.setattr("sys.stdout", full)

    log.info("lost")

    monkeypatch.undo()
    with pytest.raises(OSError, match="No space left"):
        full.close()


@pytest.mark.parametrize("value", ["\ud800", float("nan"), {1: {2}}, b"\xff", datetime(2025, 1, 1)])
def test_a_value_of_any_kind_is_logged(value, log, capsys):
    log.info("odd", value=value)

    [line] = lines(capsys)
    assert line["event"] == "odd"


@pytest.mark.parametrize(
    "name",
    ["password", "new_password", "client_secret", "access_token", "Authorization", "X-API-Key",
     "apiKey", "key", "credentials", "Set-Cookie", "account_key", "private_key"],
)  # fmt: skip
def test_a_secret_is_masked_by_its_name_at_any_depth(name, log, capsys):
    log.info("seen", **{name: "hush"}, body={"items": [{name: {"inner": "hush"}}]})

    out = capsys.readouterr().out
    assert "hush" not in out
    assert json.loads(out)["body"]["items"] == [{name: our_logging.MASK}]


def test_that_a_secret_is_missing_may_be_told(log, capsys):
    log.info("seen", password=None, has_token=True)

    [line] = lines(capsys)
    assert (line["password"], line["has_token"]) == (None, True)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("key hf_ab12_s3cr3t-x_y used", "key hf_ab12_******** used"),
        ("Authorization: bearer abc.def", "Authorization: bearer ********"),
        ("Authorization: Basic YWRhOmh1c2g=", "Authorization: Basic ********"),
        (f"got {JWT}, thanks", "got ********, thanks"),
        ("redis://:hush@host:6379/0", "redis://:********@host:6379/0"),
        ("postgresql://ada:hu@sh@db/x", "postgresql://ada:********@db/x"),
        ("GET /x?token=hush&page=2", "GET /x?token=********&page=2"),
        ('{"client_secret": "hu\\"sh", "a": 1}', '{"client_secret": "********", "a": 1}'),
        ("http://host:80/path and a@b", "http://host:80/path and a@b"),
        ("invalid token: expired", "invalid token: expired"),
    ],
)
def test_a_secret_is_masked_by_its_form(text, masked, log, capsys):
    log.info(text, values=[text])

    [line] = lines(capsys)
    assert (line["event"], line["values"]) == (masked, [masked])
