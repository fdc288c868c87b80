"""What a message says, in the form of each channel. Values in, values out; names of places never become markup.

Words are those of the alerts, in the language of the watch-list; nothing is added to them but its name.

Sources: the event of Standard Webhooks; Adaptive Cards 1.4 in the envelope of a Teams workflow; Slack's Block Kit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from desk.watch.alerts import Alert
from desk.watch.outbox import Message
from desk.watch.store import moment

_SLACK_TITLE, _SLACK_TEXT, _SLACK_LABEL = 150, 2_900, 75
_SLACK_ALERTS: Final = 15
"""A message of Slack has at most 50 blocks; an alert takes three."""
_SUBJECT: Final = 150


def subject(message: Message) -> str:
    """Return the one line that names a message: the watch-list, its first alert, and how many more there are."""
    first, more = message.alerts[0].worded.title, len(message.alerts) - 1
    line = f"{message.kept.watch.name}: {first}{f' (+{more})' if more else ''}"
    return "".join(letter if letter.isprintable() else " " for letter in line)[:_SUBJECT]


def event(message: Message, base: str, now: datetime) -> dict[str, Any]:
    """Return a message as the JSON of a webhook."""
    return {
        "type": "watch.alerts",
        "timestamp": moment(now),
        "data": {
            "watch_list": {"id": message.kept.watch_id, "name": message.kept.watch.name},
            "alerts": [
                {
                    "id": alert.alert_id,
                    "finding": alert.finding_id,
                    "verdict": alert.verdict,
                    "title": alert.worded.title,
                    "text": alert.worded.text,
                    "link": base + alert.worded.link,
                }
                for alert in message.alerts
            ],
        },
    }


def text(message: Message, base: str) -> str:
    """Return a message as plain text."""
    return "\n\n".join(
        f"{alert.worded.title}\n{alert.worded.text}\n{base}{alert.worded.link}" for alert in message.alerts
    )


def teams(message: Message, base: str) -> dict[str, Any]:
    """Return a message as the body that a workflow of Microsoft Teams posts: one Adaptive Card.

    Texts are runs, which know no Markdown.
    """
    body = [_line(message.kept.watch.name, size="Large", weight="Bolder")]
    for alert in message.alerts:
        body += [_line(alert.worded.title, weight="Bolder"), _line(alert.worded.text)]
        body.append(
            {
                "type": "ActionSet",
                "actions": [
                    {"type": "Action.OpenUrl", "title": alert.worded.label, "url": base + alert.worded.link},
                ],
            }
        )
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def slack(message: Message, base: str) -> dict[str, Any]:
    """Return a message as blocks for Slack, all of it plain text; alerts beyond the fifteenth are counted."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(message.kept.watch.name, _SLACK_TITLE)}]
    for alert in message.alerts[:_SLACK_ALERTS]:
        blocks += [{"type": "divider"}, _section(alert, base)]
    left = len(message.alerts) - _SLACK_ALERTS
    if left > 0:
        blocks.append({"type": "section", "text": _plain(f"+{left}", _SLACK_TEXT)})
    shown = subject(message)
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        shown = shown.replace(sign, written)
    return {"text": shown, "blocks": blocks}


def _section(alert: Alert, base: str) -> dict[str, Any]:
    button = {"type": "button", "text": _plain(alert.worded.label, _SLACK_LABEL), "url": base + alert.worded.link}
    said = f"{alert.worded.title}\n{alert.worded.text}"
    return {"type": "section", "text": _plain(said, _SLACK_TEXT), "accessory": button}


def _plain(said: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": said[:most], "emoji": False}


def _line(said: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": said, **look}]}
