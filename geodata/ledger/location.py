"""Where the tables of a ledger stand: in the workspace, or in an object store that the settings name.

Source: options of object stores, https://docs.rs/object_store, as ``deltalake`` passes them on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geodata.core.errors import WrongValue
from geodata.core.settings import Settings

FOLDER: Final = "ledger"
SCHEMES: Final = ("s3://",)
PATIENCE: Final = {"connect_timeout": "5s", "timeout": "30s", "max_retries": "3", "retry_timeout": "20s"}
"""So long a store is waited for before a sentence says that it does not answer; keys and addresses are its own
variables, such as ``AWS_ACCESS_KEY_ID`` and ``AWS_ENDPOINT_URL``."""


def tables_of(home: Path) -> str:
    """Return the folder or the address of the tables of a workspace.

    The store of the settings belongs to the workspace of the settings; another one, as a backup that is laid out, has
    its tables in its own folder.

    Raises
    ------
    WrongValue
        If ``ROUTES_LEDGER`` is no address of an object store, or the workspace holds a ledger of its own beside it.
    """
    settings = Settings()
    own, named = home / FOLDER, settings.ledger.rstrip("/")
    if not named or home.resolve() != settings.home.resolve():
        return str(own)
    if not named.startswith(SCHEMES) or not named.partition("://")[2]:
        raise WrongValue("ROUTES_LEDGER", rule="it is s3://bucket/folder, or not set", done="nothing was opened")
    if own.exists():
        raise WrongValue(
            "a ledger stands in the workspace, and ROUTES_LEDGER names another",
            rule="a workspace has one ledger: copy that folder to the store and move it away, or unset the variable",
            done="nothing was opened",
            where=str(own),
        )
    return named
