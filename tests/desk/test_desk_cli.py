"""The command line of the desk: links are made, listed, extended and withdrawn, and all of it stands in the audit."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from desk.shares import Shares

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def desk(synthetic_home, tmp_path):
    """Return the way to call the desk of a workspace of its own."""
    home = tmp_path / "home"
    copytree(synthetic_home, home, ignore=ignore_patterns("desk"))  # its audit has what other tests exported

    def call(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "desk", *map(str, words), "--home", str(home)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done

    call.home = home  # type: ignore[attr-defined]
    return call


def test_a_link_is_made_listed_extended_withdrawn_and_audited(desk):
    done = desk("share", "--title", "Briefing [bold]", "--days", 3, "--mode", "sea", "--purpose", "monthly")
    token = done.stdout.strip().removeprefix("/s/")
    assert Shares(desk.home).standing(token).title == "Briefing [bold]"
    (share,) = json.loads(desk("shares", "--json").stdout)
    assert (share["state"], share["view"], share["audience"]) == ("stands", "mode=sea", "partner")
    assert f"{share['withheld']:.0%} of " in done.stderr
    assert "Briefing" in desk("shares").stdout
    assert "stands until" in desk("extend", share["share_id"], "--days", 9).stdout
    assert "was withdrawn" in desk("revoke", share["share_id"]).stdout
    assert "what has ended is shared anew" in desk("extend", share["share_id"], code=2).stderr

    assert desk("audit", "verify").stdout.startswith("3 entries, each as it was written")
    assert "monthly" in desk("audit", "show", "--action", "share").stdout
    lines = desk("audit", "export", "--after", 1).stdout.splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["extend", "revoke"]
    assert desk("audit", "export", "--format", "syslog").stdout.startswith("<133>1 ")
    assert token not in "".join(file.read_text(errors="ignore") for file in desk.home.rglob("*") if file.is_file())

    file = desk.home / "desk" / "audit.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("monthly", "weekly"), encoding="utf-8")
    assert "THE AUDIT IS NOT WHOLE: entry 1 was changed" in desk("audit", "verify", code=1).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("share", "--title", "x", "--audience", "own"),
        ("share", "--title", "x", "--days", 31),
        ("share", "--title", ""),
        ("share", "--title", "x", "--country", "Atlantis"),
        ("revoke", "s-none"),
        ("audit", "export", "--format", "xml"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(desk, words):
    said = desk(*words, code=2).stderr.strip()
    assert len(said.splitlines()) == 1
    assert said.endswith(".")
