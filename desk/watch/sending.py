"""The channels of an installation: each message to where its watch-list says, by the settings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from desk.watch import mail, messages
from desk.watch.outbox import Message, NotDelivered
from desk.watch.web_request import post
from desk.watch.webhook import signed
from geodata.core.errors import WrongValue
from geodata.core.settings import Settings

HERE: Final = "http://127.0.0.1:8501"


def base_of(settings: Settings) -> str:
    """Return the address of the server as readers of messages know it: the first of ``ROUTES_ORIGINS``."""
    first = settings.origins.partition(",")[0].strip().rstrip("/")
    return first or HERE


class Installed:
    """Sends by feed, e-mail and webhook as the settings of an installation say.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self._base = settings, base_of(settings)
        hosts = settings.webhooks_to.split(",")
        self._allowed = frozenset(host.strip().lower().strip("[]") for host in hosts if host.strip())

    def deliver(self, message: Message) -> None:
        """Send a message; what goes into a feed is there once this was called.

        Raises
        ------
        NotDelivered
        """
        watch, now = message.kept.watch, datetime.now(UTC)
        if watch.channel == "feed":
            return
        if watch.channel == "email":
            try:
                server = mail.server_of(self._settings)
            except WrongValue as error:
                raise NotDelivered(error.what, rule=error.rule, done="it is tried again for a day") from None
            mail.send(message, server, self._base, now)
            return
        body, headers = self._written(message, now)
        post(watch.address, body, headers, self._allowed)

    def _written(self, message: Message, now: datetime) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers of a webhook."""
        watch = message.kept.watch
        if watch.channel == "teams":
            told = messages.teams(message, self._base)
        elif watch.channel == "slack":
            told = messages.slack(message, self._base)
        else:
            told = messages.event(message, self._base, now)
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        if message.kept.secret:
            headers |= signed(message.kept.secret, message.message_id, int(now.timestamp()), body)
        return body, headers
