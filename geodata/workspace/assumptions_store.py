"""The assumptions that a workspace goes by, those of the product until an analyst writes others for it.

``facts.toml`` in the workspace holds its own, ``facts.toml.before`` those that it had before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.core.atomic_write import proof_of, whole
from geodata.core.errors import WrongValue
from geodata.model.assumptions import FACTS_FILE, Facts, facts_from, reference_facts, refused
from geodata.spatial.coastline import REFERENCE


class AssumptionsStore:
    """The facts of one workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._own = home / FACTS_FILE
        self._before = home / f"{FACTS_FILE}.before"
        self._taken = home / f"{FACTS_FILE}.taken"

    @property
    def has_own(self) -> bool:
        """Tell whether the workspace has facts of its own."""
        return self._own.exists()

    def facts(self) -> Facts:
        """Return the facts in use.

        Raises
        ------
        WrongValue
            If they cannot be read or contradict themselves.
        """
        return _facts_at(self._own) or reference_facts()

    def text(self) -> str:
        """Return the facts in use as they are written.

        Raises
        ------
        WrongValue
            If they cannot be read.
        """
        own = _text_at(self._own)
        return (REFERENCE / FACTS_FILE).read_text(encoding="utf-8") if own is None else own

    def before(self) -> Facts | None:
        """Return the facts of its own that it had before, None where it had none or they cannot be used."""
        try:
            return _facts_at(self._before)
        except WrongValue:
            return None

    def keep(self, text: str) -> Facts:
        """Keep facts, whole or not at all, the ones before beside them.

        Raises
        ------
        WrongValue
            If they contradict themselves, or the workspace cannot be written; nothing is kept then.
        """
        stated = facts_from(text, FACTS_FILE)
        with self._written():
            self._own.parent.mkdir(parents=True, exist_ok=True)
            if self.has_own:
                _copied(self._own, self._before)
            with whole(self._own, proven=True) as part:
                part.write_text(text, encoding="utf-8")
        return stated

    def restore(self) -> Facts:
        """Put the facts before back into use; the present ones then are those before, so that this can be undone.

        Raises
        ------
        WrongValue
            If there are none before, they contradict themselves, or the workspace cannot be written.
        """
        stated = _facts_at(self._before)
        if stated is None:
            raise refused(["no facts were kept before these"], str(self._before))
        with self._written():
            if self.has_own:
                _copied(self._own, self._taken)
            _copied(self._before, self._own)
            if self._taken.exists():
                _moved(self._taken, self._before)
        return stated

    def leave(self) -> Facts:
        """Go back to the facts of the product; those of the workspace are kept as the ones before.

        Raises
        ------
        WrongValue
            If the workspace cannot be written.
        """
        with self._written():
            if self.has_own:
                _moved(self._own, self._before)
        return reference_facts()

    @contextmanager
    def _written(self) -> Iterator[None]:
        """Say in one sentence that the workspace cannot be written."""
        try:
            yield
        except OSError as error:
            raise WrongValue(
                f"it cannot be written ({error.strerror or error})",
                rule="the workspace must be writable",
                done="the facts stay as they were",
                where=str(self._own),
            ) from None


def _copied(path: Path, to: Path) -> None:
    with whole(to, proven=True) as part:
        part.write_bytes(path.read_bytes())


def _moved(path: Path, to: Path) -> None:
    _copied(path, to)
    for left in (path, proof_of(path)):
        left.unlink(missing_ok=True)


def _facts_at(path: Path) -> Facts | None:
    text = _text_at(path)
    return None if text is None else facts_from(text, str(path))


def _text_at(path: Path) -> str | None:
    """Return the text of a file, None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise refused([f"it cannot be read ({error})"], str(path)) from None
