"""Watch-lists from the command line, on the demonstration."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from desk.__main__ import app
from geodata.core.audit import Audit
from tests.desk.watch.servers import serving

pytestmark = pytest.mark.slow


@pytest.fixture
def run(synthetic_home, tmp_path, monkeypatch):
    """Return the way to run a command of watch-lists on a copy of the demonstration."""
    home = shutil.copytree(synthetic_home, tmp_path / "workspace")
    monkeypatch.setenv("ROUTES_HOME", str(home))
    return lambda *words: CliRunner().invoke(app, ["watch", *words])


def test_a_list_is_made_run_listed_muted_acknowledged_and_deleted(run, tmp_path, monkeypatch):
    monkeypatch.setenv("ROUTES_WEBHOOKS_TO", "127.0.0.1")
    with serving() as server:
        made = run("new", "World", "--since", "2000-01", "--channel", "webhook", "--to", f"{server.url}/SECRET")
        assert made.exit_code == 0, made.output
        assert made.stdout.startswith("whsec_")
        assert run("test", "World").exit_code == 0
        first = run("run", "--json")
        told = json.loads(first.stdout)
        (world,) = told["lists"]
        assert world["fitting"] == len(world["new"]) > 0
        assert {message["state"] for message in told["messages"]} == {"sent"}
        again = json.loads(run("run", "--json").stdout)
        assert (again["lists"][0]["new"], again["messages"]) == ([], [])
        bodies = [json.loads(body) for _, _, body in server.requests]
    assert bodies[0]["data"]["alerts"][0]["title"] == "A test"
    assert sum(len(body["data"]["alerts"]) for body in bodies[1:]) == world["fitting"]
    listed = json.loads(run("list", "--json", "--alerts").stdout)[0]
    assert (listed["name"], listed["to"], listed["told"], listed["state"]) == (
        "World",
        "127.0.0.1",
        world["fitting"],
        "sent",
    )
    assert "SECRET" not in run("list").output
    alert = listed["alerts"][0]["alert_id"]
    assert run("acknowledge", alert, "--why", "The survey began").exit_code == 0
    assert run("mute", "World", "--days", "3").exit_code == 0
    assert "muted until" in run("list").output
    assert run("delete", "World").exit_code == 0
    assert json.loads(run("list", "--json").stdout) == []
    every = [one.action for one in Audit(tmp_path / "workspace").entries()]
    actions = [one for one in every if one in ("watch", "alert", "acknowledge")]
    assert actions[0] == "watch"
    assert actions[-3:] == ["acknowledge", "watch", "watch"]


def test_a_message_that_does_not_arrive_ends_the_run_with_1_and_says_why(run):
    with serving() as server:
        run("new", "World", "--since", "2000-01", "--channel", "webhook", "--to", f"https://127.0.0.1:{server.port}/in")
        told = run("run")
    assert told.exit_code == 1
    assert "webhooks go to public addresses alone, unless ROUTES_WEBHOOKS_TO names the host" in told.stdout
    assert server.requests == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "x", "--area", "1,2,3"), "an area is WEST,SOUTH,EAST,NORTH"),
        (("new", "x", "--country", "Atlantis"), "there is no country 'Atlantis'"),
        (("new", "x", "--pair", "LBY"), "there is no country ''"),
        (("new", "x", "--kind", "shifted"), "Input should be 'new', 'rise' or 'fall'"),
        (("new", "x", "--channel", "email", "--to", "desk"), "one address of e-mail"),
        (("new", "x", "--quiet", "22:00"), "quiet hours are two different times"),
        (("new", "x", "--language", "xx"), "there is no language 'xx'"),
        (("delete", "x"), "there is no watch-list 'x'"),
        (("acknowledge", "a-1", "--why", "x"), "there is no alert 'a-1'"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_exit_code_2(run, words, said):
    told = run(*words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert json.loads(run("list", "--json").stdout) == []
