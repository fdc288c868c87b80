"""Logs of the server: without tokens, queries and secrets; as lines of text, or as one JSON object a line.

What is cut is cut when a record is made, so that it is in no line of any library either: addresses of shared links and
feeds, tokens of programs, queries of addresses, passwords in addresses.

Sources: RFC 3339 (times).
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from streamlit import logger as streamlit_logger

from geodata.core.errors import WrongValue

REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")
"""Id of the request that is being answered, "" outside of one."""
FACTS: Final = ("method", "group", "status", "ms")
"""What a record may bear beside its message, as ``extra``."""
_LEVELS: Final = ("debug", "info", "warning", "error")
_CUTS: Final = (
    (re.compile(r"(?<![\w.])((?:/[\w.-]+)?/(?:s|watch)/)[^/\s?#\"']+"), r"\1..."),
    (re.compile(r"rmt_[\w-]+"), "rmt_..."),
    (re.compile(r"(/[^\s?\"']*)\?[^\s\"']+"), r"\1?..."),
    (re.compile(r"://[^/\s@]+@"), "://...@"),
    (re.compile(r"(?i)\b(password|phrase|secret|token)=[^\s&\"']+"), r"\1=..."),
)


class Record(logging.LogRecord):
    """A record of a log without what must not stand in one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_id = REQUEST.get()
        if isinstance(self.args, tuple):
            self.args = tuple(careful(one) if isinstance(one, str) else one for one in self.args)
        if self.exc_info:
            self.exc_text = careful(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # noqa: N802 - the name that the library asks for
        """Return the message, cut."""
        return careful(super().getMessage())


class AsJson(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {"time": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        if request_id := getattr(record, "request_id", ""):
            told["request_id"] = request_id
        told |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_text:
            told["traceback"] = record.exc_text
        return json.dumps(told, ensure_ascii=False, default=str)


def careful(text: str) -> str:
    """Return a text without tokens, queries of addresses and secrets.

    Examples
    --------
    >>> careful("GET /s/3q2-7w of 10.0.0.5, sent by https://desk.example.org/map?country=LBY")
    'GET /s/... of 10.0.0.5, sent by https://desk.example.org/map?...'
    """
    for pattern, instead in _CUTS:
        text = pattern.sub(instead, text)
    return text


def set_up(form: str, level: str) -> None:
    """Let this program, and the libraries that it is made of, write their logs so from now on.

    Parameters
    ----------
    form : str
        ``json``, or "" for lines of text.
    level : str
        debug, info, warning or error; "" for info in JSON and warning in text.

    Raises
    ------
    WrongValue
        If one is none of these.
    """
    for name, value, allowed in (("ROUTES_LOG", form, ("", "json")), ("ROUTES_LOG_LEVEL", level, ("", *_LEVELS))):
        if value not in allowed:
            rule = f"it is {', '.join(filter(None, allowed))} or not set"
            raise WrongValue(f"{name} is {value[:40]!r}", rule=rule, done="the server did not start")
    logging.setLogRecordFactory(Record)
    handler = logging.StreamHandler()
    handler.setFormatter(AsJson() if form else logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel((level or ("info" if form else "warning")).upper())
    if form:
        _let_all_write_by(handler)


def _let_all_write_by(handler: logging.Handler) -> None:
    """Put our handler in the place of those of Streamlit and uvicorn, also of what they load later."""

    def ours(logger: logging.Logger) -> None:
        logger.handlers = [handler]

    streamlit_logger.setup_formatter = ours
    for known in logging.root.manager.loggerDict.values():
        if isinstance(known, logging.Logger) and known.handlers:
            ours(known)
            known.propagate = False
