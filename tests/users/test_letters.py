"""What people are mailed: plain text, and HTML in which a name is never markup."""

from datetime import UTC, datetime

from app.users import letters

AT = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
BASE = "https://backup.example.com/"
EVIL = '<img src="x" onerror=alert(1)>'


def test_an_invite_tells_of_both_ways_in_and_until_when():
    mail = letters.invite("ada@example.com", "Acme", "viewer", "hf_invite_x", BASE, AT)

    assert mail.subject == "You are invited to Acme on Holdfast"
    for form in (mail.text, mail.html):
        assert "https://backup.example.com/invite#hf_invite_x" in form
        assert "POST https://backup.example.com/api/v1/invites/hf_invite_x/accept" in form
        assert "2026-01-31 02:00 UTC" in form


def test_a_reset_tells_of_both_ways_and_until_when():
    mail = letters.reset("ada@example.com", "Ada", "Acme", "hf_reset_x", BASE, AT)

    for form in (mail.text, mail.html):
        assert "https://backup.example.com/reset-password#hf_reset_x" in form
        assert "POST https://backup.example.com/api/v1/auth/reset-password" in form
        assert "2026-01-31 02:00 UTC" in form


def test_names_are_escaped_in_html_and_as_they_are_in_text():
    invite = letters.invite("ada@example.com", EVIL, "viewer", "hf_invite_x", BASE, AT)
    reset = letters.reset("ada@example.com", EVIL, EVIL, "hf_reset_x", BASE, AT)

    for mail in (invite, reset):
        assert EVIL in mail.text
        assert "<img" not in mail.html
        assert "&lt;img" in mail.html
