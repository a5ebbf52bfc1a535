"""Hands a letter to the mail server, in time, and says in words what went wrong."""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.addresses import literal
from app.core.deadlines import Deadline
from app.core.logging import mask_text
from app.core.lookups import look_up
from app.core.mail.letters import BadAddress, Letter, compose, envelope_address, one_line
from app.core.mail.server import Server

WAIT_SECONDS = 10.0
WHOLE_SECONDS = 30.0
_MOST_WORDS = 200


class MailError(Exception):
    """A letter that nobody was given; `is_temporary` tells whether to try again.

    The message holds no secret.
    """

    def __init__(self, message: str, *, is_temporary: bool) -> None:
        super().__init__(message)
        self.message = message
        self.is_temporary = is_temporary


@dataclass(frozen=True)
class Refusals:
    """Who was not served though others were, each with the server's words."""

    temporary: Mapping[str, str] = field(default_factory=dict)
    permanent: Mapping[str, str] = field(default_factory=dict)


def send(server: Server, letter: Letter, seconds: float = WHOLE_SECONDS) -> Refusals:
    """Hand the letter over; whoever is not among the refusals was served. Raises MailError.

    When the server dies after the text and before its answer, nobody can know whether it took the
    letter: it counts as not taken, and comes again under the same Message-ID.
    """
    try:
        message = compose(letter, server.sender)
        addresses = {envelope_address(address): address for address in letter.to}
        sender = envelope_address(server.sender)
    except BadAddress as exc:
        raise MailError(str(exc), is_temporary=False) from exc
    with Deadline(seconds) as deadline:
        client = _open(server, deadline)
        try:
            refused = client.send_message(message, sender, list(addresses))
        except smtplib.SMTPRecipientsRefused as exc:
            raise _all_refused(exc.recipients) from exc
        except smtplib.SMTPNotSupportedError as exc:
            words = "The mail server does not take addresses beyond ASCII (SMTPUTF8)."
            raise MailError(words, is_temporary=False) from exc
        except smtplib.SMTPResponseException as exc:
            if deadline.is_over:
                raise _network(exc, deadline) from exc
            words = f"The mail server refused it: {_words(exc.smtp_code, exc.smtp_error)}"
            raise MailError(words, is_temporary=exc.smtp_code < 500) from exc
        except (smtplib.SMTPException, OSError) as exc:
            raise _network(exc, deadline) from exc
        finally:
            _hang_up(client)
    return _sorted(refused, addresses)


def _open(server: Server, deadline: Deadline) -> smtplib.SMTP:
    """Connect and sign in. What is wrong there concerns no letter, and may be mended: temporary."""
    try:
        client = _Client(server, deadline)
        try:
            _sign_in(client, server)
        except BaseException:
            client.close()
            raise
    except smtplib.SMTPAuthenticationError as exc:
        words = f"The mail server refused the user or the password ({exc.smtp_code})."
        raise MailError(words, is_temporary=True) from exc
    except smtplib.SMTPResponseException as exc:
        if deadline.is_over:
            raise _network(exc, deadline) from exc
        words = f"The mail server turned us away: {_words(exc.smtp_code, exc.smtp_error)}"
        raise MailError(words, is_temporary=True) from exc
    except smtplib.SMTPNotSupportedError as exc:
        words = "The mail server takes no user and password, at least not in this way."
        raise MailError(words, is_temporary=True) from exc
    except (smtplib.SMTPException, OSError, UnicodeError) as exc:
        raise _network(exc, deadline) from exc
    return client


class _Client(smtplib.SMTP):
    """A connection that ends with its deadline."""

    def __init__(self, server: Server, deadline: Deadline) -> None:
        self._server = server
        self._deadline = deadline
        super().__init__(server.host, server.port, server.own_name, timeout=WAIT_SECONDS)

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        address = literal(host)
        found = (address,) if address else look_up(host)
        if not found:
            raise socket.gaierror("The name is not known")
        sock = self._deadline.connect(found, port, WAIT_SECONDS)
        if not self._server.is_tls:
            return sock
        return _context(self._server).wrap_socket(sock, server_hostname=host)


def _sign_in(client: smtplib.SMTP, server: Server) -> None:
    """Encrypt where the server can; credentials never leave this machine in clear."""
    if not server.is_tls:
        _secure(client, server)
    if server.user is not None:
        client.login(server.user, server.password)


def _secure(client: smtplib.SMTP, server: Server) -> None:
    client.ehlo_or_helo_if_needed()
    if client.has_extn("starttls"):
        client.starttls(context=_context(server))
        client.ehlo_or_helo_if_needed()
    elif server.user is not None and not server.is_local:
        words = "The mail server offers no STARTTLS, and a password is not sent in clear."
        raise MailError(words, is_temporary=True)


def _context(server: Server) -> ssl.SSLContext:
    """Verify certificates where that was asked for by smtps:// or a password is at stake.

    Encryption for its own sake is taken from anybody: the way without it would be in clear.
    """
    context = ssl.create_default_context()
    is_asked = server.is_tls or server.user is not None
    if server.is_local or not is_asked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _hang_up(client: smtplib.SMTP) -> None:
    """Say goodbye and wait for no answer: what was taken is taken."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        client.putcmd("quit")
    client.close()


def _network(exc: Exception, deadline: Deadline) -> MailError:
    words = "The mail server closed the connection before it had answered."
    if deadline.is_over or isinstance(exc, TimeoutError):
        words = "The mail server did not answer in time."
    elif isinstance(exc, socket.gaierror):
        words = "The mail server's name is not known here."
    elif isinstance(exc, ssl.SSLCertVerificationError):
        words = f"The mail server's certificate is not trusted: {exc.verify_message}."
    elif isinstance(exc, ssl.SSLError):
        words = "The mail server does not speak TLS here, or none that is safe."
    elif isinstance(exc, ConnectionRefusedError):
        words = "Nothing answers at the mail server's address and port."
    elif isinstance(exc, OSError) and not isinstance(exc, smtplib.SMTPException | ConnectionError):
        words = "There is no way to the mail server."
    return MailError(words, is_temporary=True)


def _sorted(refused: Mapping[str, Any], addresses: Mapping[str, str]) -> Refusals:
    temporary: dict[str, str] = {}
    permanent: dict[str, str] = {}
    for address, (code, text) in refused.items():
        kind = temporary if code < 500 else permanent
        kind[addresses[address]] = _words(code, text)
    return Refusals(temporary, permanent)


def _all_refused(recipients: Mapping[str, Any]) -> MailError:
    codes = [code for code, _ in recipients.values()]
    first = _words(*next(iter(recipients.values())))
    words = f"The mail server takes nothing for the address: {first}"
    return MailError(words, is_temporary=any(code < 500 for code in codes))


def _words(code: int, text: bytes | str) -> str:
    told = text.decode(errors="replace") if isinstance(text, bytes) else text
    return mask_text(f"{code} {one_line(told)}"[:_MOST_WORDS])
