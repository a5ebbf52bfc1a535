"""What people wrote stays text in mails and chats too, and begins no header of a mail."""

import dataclasses
import inspect
import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from app.core.mail.letters import compose
from app.notifications.rules.chats import body_of
from app.notifications.rules.mails import html_of
from app.notifications.rules.wording import Line, Message
from app.notifications.values import DIGEST
from app.users import letters
from tests.support.mail import letter

AT = datetime(2026, 1, 31, 2, 5, tzinfo=UTC)
OURS = "https://hf.example/api/v1/alerts/7"
MARKUP = (
    "'\"><script>alert(1)</script><img src=x onerror=alert(1)> <!channel> [a](javascript:x) *b*"
)
INJECTION = "Failed\r\nBcc: all@example.com\r\n\r\n<script>"
TAGS = {"html", "head", "meta", "body", "h2", "p", "strong", "a", "br", "span", "ul", "li"}
ATTRIBUTES = {"charset", "style", "href"}
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "MIME-Version", "Content-Type"),
}


class Markup(HTMLParser):
    """The tags of a page, their attributes, and where its links lead."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name == "href"}


def evil(made, /, **fields):
    """One of these with markup in each text of its own, so that a later one is tried too."""
    texts = {
        field.name: MARKUP
        for field in dataclasses.fields(made)
        if field.type in (str, "str", str | None) and field.name not in fields
    }
    return made(**{**texts, **fields})


def message(**fields):
    line = evil(Line, kind="opened", severity="high", url=OURS, occurred_at=AT)
    given = {"kind": "single", "severity": "high", "zone": "UTC", "url": OURS, "written_at": AT}
    counts = {(MARKUP, "high"): 2}
    return evil(Message, **{**given, "lines": [line], "counts": counts, **fields})


@pytest.mark.parametrize("kind", ["single", "test", DIGEST])
def test_a_mail_holds_no_markup_but_its_own(kind):
    page = Markup(html_of(message(kind=kind)))

    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert page.links == {OURS}


@pytest.mark.parametrize("write", [letters.invite, letters.reset])
def test_a_letter_about_an_account_holds_none_either(write):
    given = dict.fromkeys(inspect.signature(write).parameters, MARKUP)

    page = Markup(write(**{**given, "expires_at": AT, "public_url": OURS}).html)

    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert {link.partition("#")[0].startswith(OURS) for link in page.links} == {True}


@pytest.mark.parametrize("kind", ["single", DIGEST])
def test_slack_takes_no_command_and_no_link_from_it(kind):
    told = json.dumps(body_of("slack", message(kind=kind)))

    commands = {part.partition("|")[0].partition(">")[0] for part in told.split("<")[1:]}
    assert commands == {OURS}


@pytest.mark.parametrize("kind", ["single", DIGEST])
def test_teams_takes_no_link_and_no_emphasis_from_it(kind):
    card = body_of("teams", message(kind=kind))["attachments"][0]["content"]

    texts = [block["text"].replace("\\\\", "") for block in card["body"]]
    signs = {text[place - 1] for text in texts for place, sign in enumerate(text) if sign in "*[<("}
    assert signs == {"\\"}


@pytest.mark.parametrize("field", ["subject", "message_id", "text", "html"])
def test_no_line_break_of_it_begins_a_header(field):
    made = compose(letter(**{field: INJECTION}), "Holdfast <holdfast@example.com>")

    assert set(made.keys()) == HEADERS
    head = made.as_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    assert [line for line in head.split(b"\n") if line.startswith(b"Bcc")] == []
