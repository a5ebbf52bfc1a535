"""A mail server on loopback: real SMTP, whose answers a test chooses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from app.core.mail import Letter, MailError, send, server_of
from app.core.mail.server import Server
from tests.support.processes import free_port


class Postmaster:
    """What the server took, and what it answers instead: `answers` are used up one by one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def clear(self) -> None:
        """Forget what was before."""
        self.__init__(self.port)  # type: ignore[misc]

    def bodies(self, subtype: str = "plain") -> list[str]:
        """The texts of all that was taken, in one of their forms."""
        return [_body(message, subtype) for message in self.taken]

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 Taken"
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=default))
            self.recipients.append(list(envelope.rcpt_tos))
        return answer


@contextmanager
def mail_server(**options: Any) -> Iterator[Postmaster]:
    """Take mail for the length of the block; `options` are aiosmtpd's."""
    postmaster = Postmaster(free_port())
    controller = Controller(
        postmaster, hostname="127.0.0.1", port=postmaster.port, ready_timeout=30, **options
    )
    controller.start()
    try:
        yield postmaster
    finally:
        controller.stop()


def letter(**fields: Any) -> Letter:
    """A letter to Ann, but for what is given."""
    given = {
        "to": ["ann@example.com"],
        "subject": "Nächtliche Sicherung „Größe“",
        "text": "Grüße, 世界\n",
        "html": "<p>Grüße, 世界</p>",
        "message_id": "<1@holdfast.example>",
        "written_at": datetime(2026, 1, 31, 2, tzinfo=UTC),
    }
    return Letter(**{**given, **fields})


def server_at(url: str) -> Server:
    """The mail server as settings name it."""
    sender = "Holdfast <holdfast@example.com>"
    found = server_of({"SMTP_URL": url, "SMTP_FROM": sender, "PUBLIC_URL": "https://hf.example"})
    assert found is not None
    return found


def failure_at(url: str, sent: Letter | None = None, **options: Any) -> MailError:
    """What goes wrong with a letter there."""
    try:
        send(server_at(url), sent or letter(), **options)
    except MailError as error:
        return error
    raise AssertionError("the letter was taken")


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None, message.as_string()
    return str(part.get_content())
