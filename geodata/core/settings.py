"""Settings of an installation, read from the environment (prefix ``ROUTES_``) or, for secrets, from files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may set.

    Whatever is to stay secret can stand in a file instead: ``ROUTES_SECRETS`` names a folder, as a container or
    systemd's ``LoadCredential`` gives one, and a file in it bears the name of the variable in small letters
    (``routes_cookie_secret``).

    Attributes
    ----------
    home : Path
        The workspace: ledger and reports. ``ROUTES_HOME``; default ``workspace/`` under the working directory.
    ledger : str
        The object store in which the ledger of ``home`` stands, as ``s3://bucket/folder``; how it is reached stands in
        variables of its own, such as ``AWS_ENDPOINT_URL``. ``ROUTES_LEDGER``; default "": in the workspace.
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
    login : str
        How people sign in: ``oidc`` (OpenID Connect) or ``proxy`` (a proxy in front says who asks). ``ROUTES_LOGIN``;
        default "": nobody signs in, and whoever sits at this machine may do everything.
    roles_claim : str
        Claim that names a person's roles or groups; a dot leads into a claim: ``realm_access.roles``.
        ``ROUTES_ROLES_CLAIM``; default ``roles``.
    roles : str
        Which value of the claim gives which role: ``analyst=desk-analysts, viewer=staff``. ``ROUTES_ROLES``; default
        "": roles are named as ours are.
    oidc_metadata, oidc_client_id : str
        Address of the provider's metadata (``https://.../.well-known/openid-configuration``), and our name there.
    oidc_client_secret, cookie_secret, proxy_secret : SecretStr
        ``cookie_secret`` signs who is signed in; ``proxy_secret`` is what the proxy sends along in
        ``X-Routes-Proxy-Secret``. Both have 32 characters at least.
    ceiling : str
        The highest handling mark that incidents taken in may bear: ``TLP:AMBER+STRICT``. ``ROUTES_CEILING``; default
        "": the highest of all.
    state : SecretStr
        The PostgreSQL that keeps what the desk keeps, for a team: ``postgresql://user:password@host/database``. It
        belongs to the workspace of ``home`` alone. ``ROUTES_STATE``; default "": a file of SQLite in the workspace.
    purpose : str
        ``required`` if whoever reads single incidents or takes a file away has to say first for which purpose, which
        then stands in the audit.
        ``ROUTES_PURPOSE``; default "": they may.
    proxy_user, proxy_roles : str
        Headers in which the proxy says who asks, and their groups, separated by commas.
    smtp : str
        By which server messages of watch-lists leave: ``smtps://user@host:465`` (TLS) or ``smtp://user@host:587``
        (STARTTLS). ``ROUTES_SMTP``; default none.
    smtp_password : SecretStr
        ``ROUTES_SMTP_PASSWORD``.
    smtp_from : str
        Address that messages come from. ``ROUTES_SMTP_FROM``; default the user of ``smtp``, if that is one.
    brief_to : str
        Address of the desk itself, to which a link to each draft of a briefing goes that a schedule made.
        ``ROUTES_BRIEF_TO``; default that of ``smtp_from``.
    webhooks_to : str
        Hosts, separated by commas, to which webhooks may go though they lie in private networks or speak no TLS.
        ``ROUTES_WEBHOOKS_TO``; default none.
    log, log_level : str
        ``json`` for logs of one JSON object a line, and debug, info, warning or error: the least that stands there.
        ``ROUTES_LOG``, ``ROUTES_LOG_LEVEL``; default lines of text from warnings on, in JSON from info on.
    """

    model_config = SettingsConfigDict(env_prefix="ROUTES_")

    def __init__(self, **values: Any) -> None:
        super().__init__(_secrets_dir=os.environ.get("ROUTES_SECRETS") or None, **values)

    home: Path = Path("workspace")
    ledger: str = ""
    languages: Path | None = None
    contact: str = ""
    origins: str = ""
    without_login: str = ""
    login: str = ""
    ceiling: str = ""
    state: SecretStr = SecretStr("")
    purpose: str = ""
    roles_claim: str = "roles"
    roles: str = ""
    oidc_metadata: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    cookie_secret: SecretStr = SecretStr("")
    proxy_secret: SecretStr = SecretStr("")
    proxy_user: str = "X-Forwarded-User"
    proxy_roles: str = "X-Forwarded-Groups"
    smtp: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    brief_to: str = ""
    webhooks_to: str = ""
    log: str = ""
    log_level: str = ""
