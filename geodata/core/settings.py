"""Settings of an installation, read from the environment (prefix ``ROUTES_``)."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may set.

    Attributes
    ----------
    home : Path
        The workspace: ledger and reports. ``ROUTES_HOME``; default ``workspace/`` under the working directory.
    languages : Path, optional
        A folder of further catalogues of words, ``<code>.po`` each. ``ROUTES_LANGUAGES``; default none.
    contact : str
        Whom to ask about an export, as "Analysis desk <desk@example.org>", for records in catalogues.
        ``ROUTES_CONTACT``; default nobody.
    origins : str
        Addresses under which the server answers beside those of its own machine, as browsers show them, separated by
        commas: ``https://monitor.example.org``. ``ROUTES_ORIGINS``; default none.
    without_login : str
        ``yes`` if the server may be reached from beyond its own machine though it has no login.
        ``ROUTES_WITHOUT_LOGIN``; anything else is no.
    smtp : str
        By which server messages of watch-lists leave: ``smtps://user@host:465`` (TLS) or ``smtp://user@host:587``
        (STARTTLS). ``ROUTES_SMTP``; default none.
    smtp_password : SecretStr
        ``ROUTES_SMTP_PASSWORD``; or the file ``smtp_password_file`` (``ROUTES_SMTP_PASSWORD_FILE``) holds it.
    smtp_from : str
        Address that messages come from. ``ROUTES_SMTP_FROM``; default the user of ``smtp``, if that is one.
    webhooks_to : str
        Hosts, separated by commas, to which webhooks may go though they lie in private networks or speak no TLS.
        ``ROUTES_WEBHOOKS_TO``; default none.
    """

    model_config = SettingsConfigDict(env_prefix="ROUTES_")

    home: Path = Path("workspace")
    languages: Path | None = None
    contact: str = ""
    origins: str = ""
    without_login: str = ""
    smtp: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_password_file: Path | None = None
    smtp_from: str = ""
    webhooks_to: str = ""
