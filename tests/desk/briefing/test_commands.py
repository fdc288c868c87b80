"""The command line of briefings, and the letter that a schedule sends: a link, and nothing of what is in the draft."""

from __future__ import annotations

import email
from email import policy
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from desk.__main__ import app
from desk.briefing.store import Briefings
from desk.state import changing
from desk.tables import BRIEFINGS
from tests.desk.watch.test_mail import Box, certificate, post_office  # noqa: F401 - a fixture
from tests.workspaces import demonstration

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(home):
    """Return the way to use the command line on a small demonstration."""
    demonstration(home, 200, 3)

    def run(*words: object, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["briefing", *map(str, words), "--home", str(home)])
        assert done.exit_code == code, done.output
        return done.output.strip()

    return run


def test_a_briefing_is_made_exported_shared_and_followed(desk, tmp_path: Path):
    made = desk("new", "Sea", "--audience", "partner")
    drawn = tmp_path / "drawn.geojson"
    drawn.write_text(
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[12.6,35.5]},"properties":{"label":"Here"}}',
        encoding="utf-8",
    )
    desk("add", made, "--heading", "At sea", "--view", "mode=sea", "--box", "5,30,30,42", "--draw", drawn)
    desk("final", made)
    for ending, begin in (("pdf", b"%PDF"), ("pptx", b"PK"), ("html", b"<!DOCTYPE")):
        desk("export", made, "-o", tmp_path / f"out.{ending}")
        assert (tmp_path / f"out.{ending}").read_bytes().startswith(begin)
    assert desk("share", made).startswith("/s/")
    following = desk("next", made)
    assert f'"follows": "{made}"' in desk("list", "--json")
    assert following in desk("list", "--json")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "x", "--audience", "press"], "own"),
        (["new", "x", "--schedule", "daily"], "weekly or monthly"),
        (["add", "b-none", "--heading", "x"], "there is no briefing"),
        (["final", "b-none"], "there is no briefing"),
        (["export", "b-none", "-o", "x.pdf"], "there is no briefing"),
        (["next", "b-none"], "there is no briefing"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(desk, words, said):
    told = desk(*words, code=2)
    assert said in told
    assert len(told.splitlines()) == 1


def test_a_schedule_makes_a_draft_and_mails_a_link_and_never_what_it_says(
    desk,
    home,
    certificate,  # noqa: F811
    monkeypatch,
):
    made = desk("new", "TITLE of it", "--schedule", "weekly")
    desk("add", made, "--heading", "HEADING of it", "--note", "NOTE of it")
    desk("final", made)
    assert desk("run") == ""
    with changing(home) as tables:
        tables.execute(update(BRIEFINGS).values(made_at="2026-01-01T00:00:00Z"))
    assert "no link was mailed" in desk("run", code=1)
    (draft,) = [one for one in Briefings(home).every() if one.state == "draft"]
    assert (draft.follows, draft.mail) == (made, "waiting")
    box = Box()
    with post_office(certificate, box) as port:
        monkeypatch.setenv("ROUTES_SMTP", f"smtp://desk%40example.org@127.0.0.1:{port}")
        monkeypatch.setenv("ROUTES_SMTP_PASSWORD", "secret word")
        monkeypatch.setenv("ROUTES_ORIGINS", "https://monitor.example.org")
        assert "was mailed" in desk("run")
        assert desk("run") == ""
    (envelope,) = box.envelopes
    assert envelope.rcpt_tos == ["desk@example.org"]
    letter = email.message_from_bytes(envelope.content, policy=policy.default)
    assert f"https://monitor.example.org/?briefing={draft.briefing_id}" in letter.get_content()
    for word in ("TITLE", "HEADING", "NOTE"):
        assert word not in letter.as_string()
