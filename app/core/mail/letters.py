"""Letters: what goes over the wire, from texts that people wrote."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr

import idna

# Bodies are sent in 7 bits: not every server takes more.
_POLICY = SMTP.clone(cte_type="7bit", utf8=False)
# RFC 5322 lets a line be so long. The library folds at the first space, and leaves the header's
# first line empty, which not every receiver takes; but only so does it keep RFC 2047's limit of
# 75 for what is not ASCII.
_LONG_LINES = _POLICY.clone(max_line_length=990)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# RFC 5321: a line holds 998 characters; a subject is one of them, and shown far shorter.
MOST_SUBJECT = 200
_ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x20\x7f-\x9f]+@[^\s@<>(),;:\\\"\x00-\x20\x7f]+")


class BadAddress(ValueError):
    """What no server could be asked to deliver to."""


@dataclass(frozen=True)
class Letter:
    """One message to one or several addresses.

    `message_id` stays the same when it is sent again, so that its receivers can tell a second
    copy from a second message.
    """

    to: Sequence[str]
    subject: str
    text: str
    html: str | None
    message_id: str
    written_at: datetime


def one_line(text: str) -> str:
    """Without line breaks and other control characters, which would begin another header."""
    return _CONTROL.sub(" ", text).strip()


def envelope_address(address: str) -> str:
    """The address as servers take it, its domain in ASCII; raises BadAddress."""
    bare = parseaddr(address)[1] if "<" in address else address.strip()
    if not _ADDRESS.fullmatch(bare):
        raise BadAddress("This is no e-mail address.")
    local, _, domain = bare.rpartition("@")
    if domain.isascii():
        return bare
    try:
        # The library's own way knows the rules of 2003, by which some names are another's.
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as exc:
        raise BadAddress("The e-mail address has a domain that cannot be.") from exc


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The message with its headers; raises BadAddress."""
    to = [envelope_address(address) for address in letter.to]
    is_wide = not all(address.isascii() for address in to)
    subject = one_line(letter.subject)[:MOST_SUBJECT]
    policy = _LONG_LINES if subject.isascii() else _POLICY
    message = EmailMessage(policy=policy.clone(utf8=True) if is_wide else policy)
    name = one_line(parseaddr(sender)[0])
    message["From"] = formataddr((name, envelope_address(sender)))
    message["To"] = ", ".join(to)
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = one_line(letter.message_id)
    # RFC 3834: an answering machine must not answer to this.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message
