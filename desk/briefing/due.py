"""Drafts that a schedule makes, and the letter that says so: a link to each, never what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from desk.briefing.store import Briefings, Kept
from desk.watch import mail
from desk.watch.model import is_mailbox
from desk.watch.sending import base_of
from geodata.core.errors import WrongValue
from geodata.core.file_lock import exclusive_lock
from geodata.core.settings import Settings


def drafted(home: Path, actor: str, version: int, heading: Callable[[str], str], now: datetime) -> list[Kept]:
    """Make the drafts that are due; return them.

    Parameters
    ----------
    home : Path
    actor : str
    version : int
        The newest of the ledger.
    heading : function of a language
        Gives what the page of what changed is called.
    now : datetime
    """
    store = Briefings(home)
    with exclusive_lock(home / "desk" / "drafts.lock"):  # one program at a time, so that each is made once
        return [
            store.next(one.briefing_id, actor, version, heading(one.briefing.language), by_itself=True, now=now)
            for one in store.due(now)
        ]


def mailed(home: Path, settings: Settings, worded: Callable[[str, str], tuple[str, str]], now: datetime) -> list[Kept]:
    """Mail a link to each draft that a schedule made and that was not told of yet; return them.

    Parameters
    ----------
    home : Path
    settings : Settings
    worded : function of a language and an address
        Gives subject and text.
    now : datetime

    Raises
    ------
    WrongValue
        If the settings name no server.
    NotDelivered
        If it does not take one; it is tried again when this is called again.
    """
    store = Briefings(home)
    waiting = [one for one in store.every() if one.mail == "waiting" and one.state == "draft"]
    if not waiting:
        return []
    server = mail.server_of(settings)
    for one in waiting:
        subject, text = worded(one.briefing.language, f"{base_of(settings)}/?briefing={one.briefing_id}")
        to = settings.brief_to or server.sender
        if not is_mailbox(to):
            rule = "it is one address of e-mail"
            raise WrongValue(f"ROUTES_BRIEF_TO is {to[:80]!r}", rule=rule, done="no link was mailed")
        letter = mail.Letter(to, subject, text, one.briefing.language, f"briefing-{one.briefing_id}")
        mail.hand_over(mail.written(letter, server.sender, now), server)
        store.mailed(one.briefing_id)
    return waiting
