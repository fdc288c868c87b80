"""A token is seen once, kept only as a hash, compared in constant time, and counts until it is revoked."""

import hashlib
import hmac
import json
import re
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desk.tokens import NoSuchToken, TokenRefused, Tokens
from geodata.core.audit import Audit

ROOT = Path(__file__).parent.parent.parent


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "desk", "token", *arguments, "--home", str(home)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def held_by(tokens: Tokens, secret: str) -> str:
    found = tokens.holder(secret)
    return found.name if found else ""


def kept(home: Path) -> str:
    return "".join(path.read_text() for path in home.rglob("*") if path.is_file())


def test_a_token_is_known_by_its_holder_and_stands_nowhere_in_the_workspace(home):
    tokens = Tokens(home)
    secret, other = tokens.new("partner"), tokens.new("coast-guard")
    assert held_by(tokens, secret) == "partner"
    assert held_by(Tokens(home), other) == "coast-guard"
    assert secret not in kept(home)
    assert hashlib.sha256(secret.encode()).hexdigest() in kept(home)


def test_a_token_has_256_bits_and_no_two_are_alike(home):
    tokens = Tokens(home)
    secrets = {tokens.new(f"t{number}") for number in range(50)}
    assert len(secrets) == 50
    assert all(re.fullmatch(r"rmt_[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_every_change_of_one_character_makes_it_no_token(home):
    tokens = Tokens(home)
    secret = tokens.new("partner")
    for place in range(len(secret)):
        for wrong in ("x", "X", ""):
            forged = secret[:place] + wrong + secret[place + 1 :]
            assert forged == secret or tokens.holder(forged) is None
    for forged in ("", " ", f"{secret} ", f"{secret}\n", secret * 2, secret.upper(), "é", "\ud800", "x" * 10**6):
        assert tokens.holder(forged) is None


def test_its_hash_is_no_token(home):
    tokens = Tokens(home)
    secret = tokens.new("partner")
    assert tokens.holder(hashlib.sha256(secret.encode()).hexdigest()) is None


def test_without_any_token_nothing_is_one(home):
    assert Tokens(home).holder("rmt_anything") is None
    assert Tokens(home).every() == []
    assert not home.exists()


def test_a_revoked_token_counts_no_more_and_its_name_is_not_given_again(home):
    tokens = Tokens(home)
    secret, other = tokens.new("partner"), tokens.new("other")
    tokens.revoke("partner")
    assert tokens.holder(secret) is None
    assert held_by(tokens, other) == "other"
    assert [(token.name, token.revoked) for token in tokens.every() if token.name == "partner"] == [("partner", True)]
    with pytest.raises(TokenRefused, match="a name is given once"):
        tokens.new("partner")
    with pytest.raises(NoSuchToken):
        tokens.revoke("partner")


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a.b", "-a", "a b", "ä", "a" * 65, "a\n", "partner.revoked"])
def test_a_name_that_does_not_fit_makes_no_token(home, name):
    with pytest.raises(TokenRefused, match="no token was made"):
        Tokens(home).new(name)
    with pytest.raises(NoSuchToken):
        Tokens(home).revoke(name)
    assert not home.exists()


def test_all_tokens_are_compared_in_constant_time_whichever_fits(home, monkeypatch):
    tokens = Tokens(home)
    secrets = [tokens.new(f"t{number}") for number in range(5)]
    compared = []
    digest = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(a) or digest(a, b))
    for secret in (secrets[0], secrets[4], "rmt_wrong"):
        compared.clear()
        tokens.holder(secret)
        assert len(compared) == 5


def test_only_the_owner_may_read_the_files(home):
    Tokens(home).new("partner")
    for path in (home / "desk" / "tokens").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "desk" / "tokens").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"name": "torn"}', '{"name": "torn", "sha256": "", "actor": "x", "at": "x"}', '{"name": 1}'],
)
def test_a_torn_file_is_no_token_and_hides_no_other(home, content):
    tokens = Tokens(home)
    secret = tokens.new("partner")
    (home / "desk" / "tokens" / "torn.json").write_text(content)
    assert held_by(tokens, secret) == "partner"
    assert tokens.holder("") is None
    assert len(tokens.every()) == 1


@pytest.mark.slow
def test_the_command_prints_a_token_once_lists_names_only_and_revokes(home):
    made = run(home, "new", "--name", "partner")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert held_by(Tokens(home), secret) == "partner"
    listed = run(home, "list", "--json")
    (token,) = json.loads(listed.stdout)
    assert (token["name"], token["revoked"]) == ("partner", False)
    assert secret not in listed.stdout
    assert hashlib.sha256(secret.encode()).hexdigest() not in listed.stdout
    assert "stands" in run(home, "list").stdout
    assert run(home, "revoke", "partner").returncode == 0
    assert Tokens(home).holder(secret) is None
    for wrong in (
        run(home, "revoke", "partner"),
        run(home, "new", "--name", "partner"),
        run(home, "new", "--name", "/"),
    ):
        assert wrong.returncode == 2
        assert len(wrong.stderr.strip().splitlines()) == 1


def test_a_token_ends_at_its_moment(home, monkeypatch):
    tokens = Tokens(home)
    secret = tokens.new("partner", days=1)
    ends = datetime.fromisoformat(tokens.every()[0].expires_at)
    for offset, stands in ((timedelta(seconds=-1), True), (timedelta(0), False), (timedelta(days=400), False)):
        monkeypatch.setattr("desk.tokens.datetime", _clock(ends + offset))
        assert (tokens.holder(secret) is not None) == stands


def _clock(now: datetime) -> type:
    class Clock(datetime):
        @classmethod
        def now(cls, _: object = None) -> datetime:
            return now

    return Clock


@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"days": 731}, {"rights": []}, {"rights": ["undo"]}, {"rights": ["read", "undo"]}]
)
def test_a_token_for_too_long_or_for_more_than_it_may_is_not_made(home, wrong):
    with pytest.raises(TokenRefused):
        Tokens(home).new("partner", **wrong)
    assert Tokens(home).every() == []


def test_a_token_from_before_there_were_rights_hands_in_for_its_own_name_for_a_year(home):
    secret = Tokens(home).new("partner")
    path = home / "desk" / "tokens" / "partner.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({name: kept[name] for name in ("name", "sha256", "actor", "at")}))
    found = Tokens(home).holder(secret)
    assert found is not None
    assert (found.rights, found.sources) == (("hand in",), ("partner",))
    assert (datetime.fromisoformat(found.expires_at) - datetime.fromisoformat(found.at)).days == 365


def test_making_and_revoking_stand_in_the_audit_with_who_did_it(home):
    Tokens(home).new("partner", rights=["read"], by="root@desk.test")
    Tokens(home).revoke("partner", by="other@desk.test")
    assert [(one.actor, one.action, one.subject) for one in Audit(home).entries()] == [
        ("root@desk.test", "token", "partner"),
        ("other@desk.test", "token", "partner"),
    ]
