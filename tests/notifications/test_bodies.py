"""What a message looks like: nothing that people wrote becomes markup or a command."""

import json
from datetime import UTC, datetime

import pytest

from app.notifications.rules.chats import body_of
from app.notifications.rules.mails import html_of, text_of
from app.notifications.rules.masks import shown_addresses, shown_url
from app.notifications.rules.wording import Line, Message, title_of_many

AT = datetime(2026, 1, 31, 2, 5, tzinfo=UTC)
EVIL = '<script>alert("x")</script> & <!channel> [a](http://evil) *b* "q"'


def line(**fields):
    given = {"kind": "opened", "type": "backup.failed", "severity": "high", "title": EVIL}
    rest = {"message": EVIL, "occurred_at": AT, "url": "https://hf/api/v1/alerts/7", "alert_id": 7}
    return Line(**{**given, **rest, **fields})


def message(**fields):
    given = {"kind": "single", "key": "k1", "title": EVIL, "severity": "high", "tenant": EVIL}
    rest = {"zone": "Europe/Berlin", "url": "https://hf/api/v1/alerts/7", "written_at": AT}
    return Message(**{**given, **rest, "lines": [line()], **fields})


def digest(count=500, **fields):
    lines = [line(title=f"Job {number} failed", message="x" * 400) for number in range(50)]
    counts = {("backup.failed", "high"): count - 1, ("storage.offline", "critical"): 1}
    return message(kind="digest", lines=lines, count=count, counts=counts, **fields)


def test_html_holds_no_markup_of_others():
    html = html_of(message())

    assert "<script>" not in html
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in html
    assert '<a href="https://hf/api/v1/alerts/7">' in html


def test_text_tells_when_by_the_tenants_clock_and_where_to_look():
    text = text_of(message(title="Job failed", lines=[line(title="Job failed")]))

    assert "[high] Job failed" in text
    assert "2026-01-31 03:05 CET · backup.failed" in text
    assert "https://hf/api/v1/alerts/7" in text


def test_slack_takes_no_command_from_what_others_wrote():
    body = body_of("slack", message())

    told = json.dumps(body, ensure_ascii=False)
    assert "<!channel>" not in told
    assert "&lt;!channel&gt;" in body["attachments"][0]["text"]
    assert body["attachments"][0]["color"] == "danger"


def test_teams_takes_no_markdown_from_what_others_wrote():
    body = body_of("teams", message())

    card = body["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert "[a](http" not in card["body"][0]["text"]
    assert "\\[a\\]\\(http://evil\\)" in card["body"][0]["text"]
    assert card["actions"][0]["url"] == "https://hf/api/v1/alerts/7"


def test_programs_are_told_all_of_it_as_it_is():
    body = body_of("generic", message())

    assert (body["id"], body["kind"], body["title"]) == ("k1", "single", EVIL)
    (item,) = body["items"]
    assert (item["alert_id"], item["message"]) == (7, EVIL)
    assert item["occurred_at"] == "2026-01-31T02:05:00Z"


@pytest.mark.parametrize("form", [text_of, html_of])
def test_a_digest_tells_how_many_of_what_the_worst_first(form):
    told = form(digest())

    assert told.index("1 × storage.offline (critical)") < told.index("499 × backup.failed (high)")
    assert "Job 49 failed" in told
    assert "… and 450 more." in told


@pytest.mark.parametrize(("format_", "most"), [("slack", 40_000), ("teams", 28_000)])
def test_a_digest_is_no_longer_than_the_chat_takes(format_, most):
    assert len(json.dumps(body_of(format_, digest()))) < most


@pytest.mark.parametrize(
    ("kind", "words"),
    [("resolved", "Resolved: A"), ("reopened", "Again: A"), ("opened", "A"), ("event", "A")],
)
def test_a_turn_is_named_before_the_title(kind, words):
    assert line(kind=kind, title="A").words == words


def test_titles_of_many_count_by_severity():
    assert title_of_many({"high": 10, "critical": 2}) == "12 messages: 2 critical, 10 high"
    assert title_of_many({"low": 1}) == "1 message: 1 low"


def test_of_whom_it_goes_to_little_is_seen():
    assert shown_url("https://hooks.slack.com/services/T0/B0/XYZ") == (
        "https://hooks.slack.com/********"
    )
    assert shown_url("http://[::1]:8080/x?token=1") == "http://[::1]:8080/********"
    assert shown_addresses(["ann@example.com", "b@c.de"]) == "a***@example.com, b***@c.de"
