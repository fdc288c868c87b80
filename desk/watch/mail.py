"""E-mail: one message by the server of ``ROUTES_SMTP``, over TLS, in ten seconds an answer."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as LINES
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from desk.watch.messages import subject, text
from desk.watch.model import is_mailbox
from desk.watch.outbox import Message, NotDelivered
from geodata.core.errors import WrongValue
from geodata.core.settings import Settings

SECONDS: Final = 10.0
_NAME = "Smuggling route monitor"
_RULE = "the server of ROUTES_SMTP takes messages"
_DONE = "it is tried again for a day"


@dataclass(frozen=True, slots=True)
class Server:
    """The server that takes messages: whether it speaks TLS from the start, and who we are there, "" for nobody."""

    host: str
    port: int
    tls_at_once: bool
    user: str
    password: str
    sender: str


def server_of(settings: Settings) -> Server:
    """Return the server that the settings name.

    Raises
    ------
    WrongValue
        If they name none, or not as they must.
    """
    try:
        url = urlsplit(settings.smtp)
        port = url.port
    except ValueError:
        raise _unset("ROUTES_SMTP names no server") from None
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise _unset("ROUTES_SMTP names no server" if settings.smtp else "ROUTES_SMTP is not set")
    password = settings.smtp_password.get_secret_value()
    user = unquote(url.username or "")
    sender = settings.smtp_from or (user if is_mailbox(user) else "")
    if not is_mailbox(sender):
        raise _unset("ROUTES_SMTP_FROM names no address that messages come from")
    secure = url.scheme == "smtps"
    return Server(url.hostname, port or (465 if secure else 587), secure, user, password, sender)


@dataclass(frozen=True, slots=True)
class Letter:
    """What an e-mail says, to whom, in which language, and by which id."""

    to: str
    subject: str
    text: str
    language: str
    letter_id: str


def composed(message: Message, sender: str, base: str, now: datetime) -> EmailMessage:
    """Return a message of a watch-list as e-mail."""
    watch = message.kept.watch
    told = Letter(watch.address, subject(message), text(message, base), watch.language, message.message_id)
    return written(told, sender, now)


def written(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """Return a letter as e-mail; a header with a line break in it is refused by ``email``, and a coded one undone."""
    made = EmailMessage(policy=LINES)
    made["Subject"] = letter.subject.replace("=?", "= ?")  # else "=?utf-8?q?=0ABcc..." is read as a line break
    made["From"] = Address(_NAME, addr_spec=sender)
    made["To"] = Address(addr_spec=letter.to)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{letter.letter_id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = letter.language.replace("_", "-")
    made.set_content(letter.text)
    return made


def send(message: Message, server: Server, base: str, now: datetime) -> None:
    """Hand a message of a watch-list to the server, or raise ``NotDelivered``."""
    hand_over(composed(message, server.sender, base, now), server)


def hand_over(made: EmailMessage, server: Server) -> None:
    """Hand an e-mail to the server.

    Raises
    ------
    NotDelivered
        If the server cannot be reached, speaks no TLS or does not take it. The text names the server alone.
    """
    trusted = ssl.create_default_context()
    line: smtplib.SMTP | None = None
    try:
        if server.tls_at_once:
            line = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trusted)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
            line.starttls(context=trusted)
        if server.user and server.password:
            line.login(server.user, server.password)
        line.send_message(made)
    except smtplib.SMTPResponseException as error:
        raise _failed(server, f"it answered {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(str(code) for code, _ in error.recipients.values())
        raise _failed(server, f"it does not take messages to this address ({codes})") from None
    except smtplib.SMTPNotSupportedError:
        raise _failed(server, "it speaks no TLS") from None
    except ssl.SSLError:
        raise _failed(server, "its certificate or TLS was not accepted") from None
    except (OSError, smtplib.SMTPException) as error:
        late = "timed out" in str(error)  # smtplib tells of some as of a connection that was closed
        what = f"it did not answer within {SECONDS:.0f} s" if late else "it cannot be reached, or ended the connection"
        raise _failed(server, what) from None
    finally:
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.close()


def _failed(server: Server, what: str) -> NotDelivered:
    return NotDelivered(what, rule=_RULE, done=_DONE, where=server.host[:80])


def _unset(what: str) -> WrongValue:
    rule = "it is written as smtps://user@mail.example.org:465 or smtp://user@mail.example.org:587"
    return WrongValue(what, rule=rule, done="no message was sent")
