"""A backup taken while others write is a sound workspace of one moment, and a forged one is laid out nowhere."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.__main__ import app
from desk.people import Person
from desk.sessions import Sessions
from desk.shares import NoSuchShare, ShareEnded, Shares
from desk.tokens import Tokens
from desk.watch.model import watch_list
from desk.watch.store import NoSuchWatch, Watches
from geodata.core.audit import Audit
from geodata.ledger.store import Ledger
from geodata.workspace import purge as purging
from geodata.workspace.soundness import faults, unproven
from tests.purging import BOUND, MOMENT, TOLD, Written, copied, full, taken_in

ROOT = Path(__file__).parent.parent.parent
MANIFEST = {"format": "routes-backup", "version": 1, "made_at": "", "actor": "", "ledger_version": None, "audit": ""}


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("filled") / "workspace"
    full(home, network=False)
    return home


@pytest.fixture
def workspace(filled, tmp_path) -> Path:
    return copied(filled, tmp_path / "workspace")


def desk(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == code, done.output
    return done.output


def saved(home: Path, name: str = "backup.tar.gz") -> Path:
    file = home.parent / name
    desk("backup", file, "--home", home)
    return file


def laid_out(file: Path, *words: str) -> Path:
    to = file.with_name(f"restored-{file.name.split('.')[0]}")
    desk("restore", file, "--to", to, *words)
    return to


def test_what_is_restored_is_what_was_backed_up(workspace, database):
    token, _ = Shares(workspace).new(b"<p>Shared", TOLD | {"title": "Kept", "ledger_version": 9}, "analyst")
    secret = Tokens(workspace).new("partner")
    file = saved(workspace)
    assert file.stat().st_mode & 0o777 == 0o600
    to = laid_out(file, "--with-shares", "--with-tokens")
    before, after = Ledger(workspace), Ledger(to)
    assert after.history() == before.history()
    for version in range(before.version() + 1):
        assert after.reports(version).equals(before.reports(version))
    assert after.decisions().equals(before.decisions())
    assert after.refusals().equals(before.refusals())
    assert faults(after) == faults(before) == []
    assert unproven(after) <= unproven(before) + (database is not None)  # tables of a database come as a file
    assert Audit(to).verify().fault == ""
    assert gzip.decompress(Shares(to).open(token)[1]) == b"<p>Shared"
    held = Tokens(to).holder(secret)
    assert held is not None
    assert held.name == "partner"
    same = ("exports.jsonl", "pins.json", "inbox/bad.csv" if (workspace / "inbox/bad.csv").exists() else "pins.json")
    for name in (*same, "corrections", "refusals", "desk/tokens"):
        for path in [workspace / name] if (workspace / name).is_file() else (workspace / name).glob("*[!t]"):
            assert (to / path.relative_to(workspace)).read_bytes() == path.read_bytes()
    assert not any((to / name).exists() for name in ("network", "spool", "intake"))


def test_shares_and_tokens_that_may_have_been_ended_since_are_ended(workspace):
    token, _ = Shares(workspace).new(b"<p>Shared", TOLD | {"title": "Kept", "ledger_version": 9}, "analyst")
    secret = Tokens(workspace).new("partner")
    assert Sessions(workspace).stands(Person("ana@desk.test", frozenset({"viewer"}), "s1"))
    _, feed = Watches(workspace).new(watch_list({"name": "Another", "channel": "feed"}), "analyst", 1)
    file = saved(workspace)
    to = laid_out(file)
    with pytest.raises(NoSuchWatch):
        Watches(to).of_feed(feed)
    assert Watches(workspace).of_feed(feed)
    with pytest.raises(ShareEnded):
        Shares(to).open(token)
    assert Tokens(to).holder(secret) is None
    assert [one.state for one in Sessions(to).every()] == ["ended"]
    assert Shares(workspace).open(token)
    entered = [one.action for one in Audit(to).entries()]
    began = entered.index("backup")
    assert entered[began : began + 2] == ["backup", "restore"]
    assert set(entered[began + 2 :]) == {"revoke", "token"}


@pytest.mark.slow
def test_a_backup_while_others_write_is_sound_and_of_one_moment(tmp_path):
    home = tmp_path / "workspace"
    rows = "".join(f"partner,A{n},2024-05-03,{30 + n / 1000:.3f},12.6,,sea,rescue,,,1\n" for n in range(200))
    taken_in(home, "first", rows)
    files = []
    for number in range(40):
        files.append(tmp_path / f"f{number}.csv")
        text = (
            rows.replace(",A", f",B{number}-") if number % 2 else rows.replace("rescue,,,1", f"rescue,,,{number + 2}")
        )
        files[-1].write_text("source,id,date,lat,lon,place,mode,kind,description,url,people\n" + text, encoding="utf-8")
    ingest = [sys.executable, "-m", "geodata", "ingest", *map(str, files), "--home", str(home)]
    done = threading.Event()

    def share() -> None:
        while not done.is_set():
            Shares(home).new(b"<p>Shared", TOLD | {"title": "Kept", "ledger_version": 9}, "analyst")

    sharing = threading.Thread(target=share)
    sharing.start()
    backups = []
    with subprocess.Popen(ingest, cwd=ROOT, stdout=subprocess.DEVNULL) as writer:
        stood = 0
        while writer.poll() is None and len(backups) < 6:
            if (now := Ledger(home).version()) > stood:
                stood = now
                backups.append(saved(home, f"backup{len(backups)}.tar.gz"))
        done.set()
        sharing.join()
        assert writer.wait(120) == 0
    versions = set()
    for file in backups:
        to = laid_out(file, "--with-shares")
        ledger = Ledger(to)
        versions.add(ledger.version())
        assert ledger.reports().equals(Ledger(home).reports(ledger.version()))
        assert faults(ledger) == []
        assert Audit(to).verify().fault == ""
        entered = {one.subject for one in Audit(to).entries() if one.action == "share"}
        assert {one.share_id for one in Shares(to).every()} <= entered
    assert len(versions) > 1, "nothing was written meanwhile"


def test_a_backup_overwrites_nothing_and_lies_outside(workspace):
    file = saved(workspace)
    content = file.read_bytes()
    assert "overwrites nothing" in desk("backup", file, "--home", workspace, code=2)
    assert file.read_bytes() == content
    assert "outside of the workspace" in desk("backup", workspace / "x.tar.gz", "--home", workspace, code=2)
    assert "a backup is a .tar.gz" in desk("backup", file.with_name("x.zip"), "--home", workspace, code=2)
    assert "must exist" in desk("backup", file.parent / "no" / "x.tar.gz", "--home", workspace, code=2)
    assert [path.name for path in file.parent.glob(".*.part")] == []


def test_a_workspace_with_a_purge_that_is_not_finished_is_not_backed_up(workspace):
    ledger = Ledger(workspace)
    purging.begin(workspace, purging.made_ready(ledger, purging.foreseen(ledger, purging.PurgeRule(MOMENT))))
    said = desk("backup", workspace.parent / "x.tar.gz", "--home", workspace, code=2)
    assert "`python -m desk purge` finishes it" in said


def test_a_backup_is_restored_into_an_empty_folder_alone(workspace):
    file = saved(workspace)
    (workspace.parent / "taken").mkdir()
    (workspace.parent / "taken" / "file").touch()
    assert "there is something already" in desk("restore", file, "--to", workspace.parent / "taken", code=2)
    (workspace.parent / "empty").mkdir()
    assert "ledger version" in desk("restore", file, "--to", workspace.parent / "empty")
    assert "the file must be readable" in desk(
        "restore", file.with_name("no.tar.gz"), "--to", file.parent / "n", code=2
    )


def test_what_was_purged_after_a_backup_is_back_and_said_to_be(workspace):
    file = saved(workspace)
    desk("purge", "--before", BOUND, "--yes", "--home", workspace)
    said = desk("restore", file, "--to", workspace.parent / "again")
    assert "What was purged after that moment is back: purge it again." in said
    desk("purge", "--before", BOUND, "--yes", "--home", workspace.parent / "again")
    assert Ledger(workspace.parent / "again").reports().equals(Ledger(workspace).reports())


def member(name: str, content: bytes = b"x", **facts: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for fact, value in facts.items():
        setattr(info, fact, value)
    return info, content


def forged(to: Path, files: dict[str, bytes], members: list[tuple[tarfile.TarInfo, bytes]], facts: dict) -> Path:
    """Write an archive whose list names some files, and whose members are others."""
    listed = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "mode": 0o600}
        for name, content in files.items()
    }
    text = json.dumps(MANIFEST | {"files": listed} | facts).encode()
    with tarfile.open(to, "w:gz") as archive:
        for info, content in (member("manifest.json", text), *members):
            archive.addfile(info, io.BytesIO(content))
    return to


X = {"a": b"x"}
LINK = {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}


@pytest.mark.parametrize(
    ("files", "members", "facts", "said"),
    [
        (X, [member("a"), member("b")], {}, "'b' is not in its list"),
        (X, [member("a"), member("a")], {}, "'a' is not in its list"),
        (X, [], {}, "'a' is missing"),
        (X, [member("a", b"y")], {}, "'a' is damaged"),
        (X, [member("a", b"xx")], {}, "'a' is not in its list, or not as there"),
        (X, [member("a", b"", **LINK)], {}, "'a' is not in its list, or not as there"),
        ({"a": b""}, [member("a", b"", **LINK)], {}, "'a' is not in its list, or not as there"),
        ({"a": b""}, [member("a", b"", type=tarfile.LNKTYPE, linkname="b")], {}, "not as there"),
        ({"a": b""}, [member("a", b"", type=tarfile.DIRTYPE)], {}, "not as there"),
        ({"a": b""}, [member("a", b"", type=tarfile.FIFOTYPE)], {}, "not as there"),
        ({"../a": b"x"}, [member("../a")], {}, "would leave the folder"),
        ({"/a": b"x"}, [member("/a")], {}, "would leave the folder"),
        ({"b/../../a": b"x"}, [member("b/../../a")], {}, "would leave the folder"),
        ({"./a": b"x"}, [member("./a")], {}, "would leave the folder"),
        ({"": b"x"}, [member("")], {}, "would leave the folder"),
        ({"a": b"x", "a/b": b"x"}, [member("a"), member("a/b")], {}, "cannot be restored"),
        (X, [member("a")], {"version": 2}, "its format 2 is newer than this product, which knows 1"),
        (X, [member("a")], {"format": "other"}, "of something else"),
        (X, [member("a")], {"files": {"a": 1}}, "cannot be read"),
        (X, [member("a")], {"files": {"a": {"size": -1, "sha256": "", "mode": 0}}}, "not as there"),
    ],
)
def test_a_forged_backup_is_one_sentence_and_nothing_is_laid_out(tmp_path, files, members, facts, said):
    file = forged(tmp_path / "forged.tar.gz", files, members, facts)
    told = desk("restore", file, "--to", tmp_path / "to" / "deep", code=2).strip()
    assert said in told
    assert len(told.splitlines()) == 1
    assert [path for path in tmp_path.rglob("*") if path != file and path.is_file()] == []


def test_a_backup_with_any_byte_changed_or_cut_is_not_restored(workspace):
    file = saved(workspace)
    content = file.read_bytes()
    for number in range(16):
        at = len(content) * number // 16
        for wrong in (content[:at], content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]):
            file.write_bytes(wrong)
            done = CliRunner().invoke(app, ["restore", str(file), "--to", str(file.parent / "to")])
            if done.exit_code == 0:  # a byte of the head of gzip that says nothing
                assert at < 10
                continue
            assert done.exit_code == 2
            assert done.exception is None or isinstance(done.exception, SystemExit)
            assert not (file.parent / "to").exists()


def test_a_link_that_was_never_shared_opens_nothing_after_a_restore(workspace):
    with pytest.raises(NoSuchShare):
        Shares(laid_out(saved(workspace))).open("x" * 43)


def test_a_batch_can_be_taken_in_after_a_restore(workspace):
    to = laid_out(saved(workspace))
    taken_in(to, "later", Written().row("NEW", 60))
    assert faults(Ledger(to)) == []
