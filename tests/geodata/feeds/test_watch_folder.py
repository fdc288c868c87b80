"""Files dropped into a folder are taken in once they stand still, moved with their report, never lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from geodata.core.errors import RoutesError, WrongValue
from geodata.core.staging import room
from geodata.feeds import watch_folder as inbox_module
from geodata.feeds.watch_folder import Inbox, watch
from geodata.ingest.pipeline import Ingested
from geodata.ingest.receipt import Receipt
from geodata.ledger.store import Ledger

ROOT = Path(__file__).parent.parent.parent.parent
HEADER = "id,date,lat,lon,mode,kind,people\n"
GOOD = "a,2024-05-03,35.5,12.6,sea,rescue,41\n"
BAD = "x,2024-05-03,95.2,12.6,sea,rescue,41\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def drop(folder: Path, name: str, text: str = HEADER + GOOD) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def once(folder: Path, home: Path) -> list:
    return list(watch(Inbox(folder, Ledger(home)), 0.01, threading.Event(), once=True))


def names(folder: Path) -> list[str]:
    """Return the files of a folder without the stamp that keeps them apart."""
    return sorted(path.name.split("-", 2)[-1] for path in folder.iterdir())


def test_a_dropped_file_is_taken_in_and_moved_to_done_with_its_report(folder, home):
    drop(folder, "incidents.csv", HEADER + GOOD + BAD)
    (receipt,) = once(folder, home)
    assert (receipt.outcome, receipt.batch.kept, receipt.batch.refused) == ("taken", 1, 1)
    assert Ledger(home).incidents().height == 1
    assert sorted(path.name for path in folder.iterdir()) == ["done", "refused"]
    assert names(folder / "done") == ["incidents.csv", "incidents.csv.json", "incidents.csv.refusals.csv"]
    assert names(folder / "refused") == []
    report = json.loads(next((folder / "done").glob("*.json")).read_text())
    assert report["counts"]["kept"] == report["counts"]["refused"] == 1
    assert report["batch"] == receipt.batch.batch
    assert "latitude must lie within" in next((folder / "done").glob("*.refusals.csv")).read_text()


def test_a_file_of_which_nothing_can_be_kept_is_moved_to_refused_with_the_sentence_and_the_refusals(folder, home):
    drop(folder, "bad.csv", HEADER + BAD)
    drop(folder, "junk.csv", "nothing here\n1\n")
    outcomes = [receipt.outcome for receipt in once(folder, home)]
    assert outcomes == ["refused", "refused"]
    assert names(folder / "refused") == ["bad.csv", "bad.csv.json", "bad.csv.refusals.csv", "junk.csv", "junk.csv.json"]
    for path in (folder / "refused").glob("*.json"):
        assert json.loads(path.read_text())["error"].endswith(".")
    assert Ledger(home).version() is None


def test_files_of_one_name_never_overwrite_one_another(folder, home):
    for people in range(3):
        drop(folder, "same.csv", HEADER + GOOD.replace("41", str(people)))
        once(folder, home)
    assert names(folder / "done") == ["same.csv"] * 3 + ["same.csv.json"] * 3
    kept = {path.read_text() for path in (folder / "done").glob("*.csv")}
    assert len(kept) == 3


def test_a_file_is_not_taken_while_it_grows(folder, home):
    inbox = Inbox(folder, Ledger(home))
    growing = drop(folder, "growing.csv")
    assert inbox.standing_still() == []
    with growing.open("a") as file:
        file.write(GOOD.replace("a,", "b,"))
    assert inbox.standing_still() == []
    os.utime(growing, ns=(1, 1))
    assert inbox.standing_still() == []
    assert inbox.standing_still() == ["growing.csv"]


def test_a_file_that_changes_between_the_look_and_the_reading_is_left_for_the_next_look(folder, home):
    inbox = Inbox(folder, Ledger(home))
    changed = drop(folder, "changed.csv")
    inbox.standing_still()
    inbox.standing_still()
    changed.write_text(HEADER + GOOD + GOOD, encoding="utf-8")
    assert inbox.take("changed.csv") is None
    changed.unlink()
    assert inbox.take("changed.csv") is None
    assert Ledger(home).version() is None


def test_a_file_replaced_while_it_is_taken_in_stays_and_is_taken_too(folder, home, monkeypatch):
    inbox = Inbox(folder, Ledger(home))
    drop(folder, "same.csv")
    receive = inbox_module.receive

    def replaced(path: Path, ledger: Ledger) -> Receipt:
        drop(folder, "same.csv", HEADER + GOOD.replace("a,", "b,"))
        return receive(path, ledger)

    monkeypatch.setattr(inbox_module, "receive", replaced)
    list(watch(inbox, 0.01, threading.Event(), once=True))
    assert (folder / "same.csv").is_file()
    monkeypatch.undo()
    once(folder, home)
    assert Ledger(home).incidents()["source_record"].to_list() == ["a", "b"]


@pytest.mark.parametrize(
    "name",
    [".hidden.csv", "~$open.csv", "x.csv.part", "x.csv.PART", "x.tmp", "x.csv~", "x.csv.crdownload", "x.filepart"],
)
def test_hidden_and_unfinished_files_are_passed_over(folder, home, name):
    drop(folder, name)
    assert once(folder, home) == []
    assert (folder / name).is_file()


def test_nothing_outside_of_the_inbox_is_read_through_a_symbolic_link(folder, home, tmp_path):
    secret = drop(tmp_path, "secret.csv")
    (folder / "link.csv").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "pipe.csv")
    inbox = Inbox(folder, Ledger(home))
    assert inbox.standing_still() == inbox.standing_still() == []
    assert once(folder, home) == []
    assert secret.is_file()


def test_a_file_swapped_for_a_symbolic_link_after_the_look_is_not_read(folder, home, tmp_path):
    inbox = Inbox(folder, Ledger(home))
    dropped = drop(folder, "incidents.csv")
    inbox.standing_still()
    assert inbox.standing_still() == ["incidents.csv"]
    dropped.rename(tmp_path / "elsewhere.csv")
    dropped.symlink_to(tmp_path / "elsewhere.csv")
    assert inbox.take("incidents.csv") is None
    assert Ledger(home).version() is None


def test_a_done_folder_that_leads_elsewhere_is_refused(folder, home, tmp_path):
    (folder / "done").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(WrongValue, match="done in it is not a folder of its own"):
        Inbox(folder, Ledger(home))


def test_a_crash_between_the_commit_and_the_move_neither_loses_nor_doubles(folder, home, monkeypatch):
    drop(folder, "incidents.csv")

    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(Inbox, "_settle", crash)
    with pytest.raises(Crash):
        once(folder, home)
    assert (folder / "incidents.csv").is_file()
    assert Ledger(home).incidents().height == 1
    monkeypatch.undo()
    (receipt,) = once(folder, home)
    assert (receipt.batch.kept, receipt.batch.duplicates) == (0, 1)
    assert names(folder / "done") == ["incidents.csv", "incidents.csv.json"]
    assert Ledger(home).incidents().height == 1
    assert list((home / "spool").iterdir()) == []


def test_two_watches_on_one_inbox_double_nothing(folder, home):
    drop(folder, "first.csv", HEADER + GOOD.replace("a,", "r6,"))
    once(folder, home)
    for number in range(6):
        drop(folder, f"f{number}.csv", HEADER + GOOD.replace("a,", f"r{number},"))
    watches = [threading.Thread(target=once, args=(folder, home)) for _ in range(2)]
    for thread in watches:
        thread.start()
    for thread in watches:
        thread.join()
    assert sorted(Ledger(home).incidents()["source_record"]) == [f"r{number}" for number in range(7)]
    assert [name for name in names(folder / "done") if name.endswith(".csv")] == [
        *(f"f{n}.csv" for n in range(6)),
        "first.csv",
    ]


def test_what_the_ledger_cannot_take_now_stays_and_is_said_once(folder, home):
    home.parent.mkdir(exist_ok=True)
    home.write_text("in the way of the workspace")
    drop(folder, "incidents.csv")
    stop, said = threading.Event(), []
    for found in watch(Inbox(folder, Ledger(home)), 0.01, stop):
        said.append(found)
        threading.Timer(0.3, stop.set).start()
    assert [found.outcome for found in said] == ["postponed"]
    assert said[0].error.endswith("nothing was stored.")
    home.unlink()
    assert [found.outcome for found in once(folder, home)] == ["taken"]


def test_a_file_that_the_ledger_cannot_store_now_stays_where_it_is(folder, home):
    home.mkdir()
    (home / "ledger").write_text("in the way of the ledger")
    drop(folder, "incidents.csv")
    assert [found.outcome for found in once(folder, home)] == ["postponed"]
    assert (folder / "incidents.csv").is_file()
    assert names(folder / "refused") == []


def test_a_file_that_cannot_be_moved_is_said_and_not_taken_again_and_again(folder, home, monkeypatch):
    drop(folder, "incidents.csv")
    inbox = Inbox(folder, Ledger(home))
    (folder / "done").rmdir()
    stop, said, taken = threading.Event(), [], []
    receive = inbox_module.receive
    monkeypatch.setattr(inbox_module, "receive", lambda *given: taken.append(1) or receive(*given))
    for found in watch(inbox, 0.01, stop):
        said.append(found)
        threading.Timer(0.3, stop.set).start()
    (error,) = said
    assert isinstance(error, RoutesError)
    assert "it was taken, and cannot be moved" in str(error)
    assert taken == [1]


def test_an_inbox_that_goes_away_is_said_once_and_found_again(folder, home):
    inbox, stop, said = Inbox(folder, Ledger(home)), threading.Event(), []
    away = folder.rename(folder.with_name("away"))
    for found in watch(inbox, 0.02, stop):
        said.append(found)
        if isinstance(found, RoutesError):
            drop(away, "incidents.csv")
            threading.Timer(0.2, away.rename, (folder,)).start()
        else:
            stop.set()
    assert "there is no such folder" in str(said[0])
    assert [getattr(found, "outcome", "") for found in said] == ["", "taken"]


@pytest.mark.slow
def test_an_inbox_that_is_none_is_one_sentence(tmp_path, home):
    command = [sys.executable, "-m", "geodata", "watch", str(tmp_path / "none"), "--home", str(home), "--once"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_fault_of_the_program_in_one_file_keeps_no_other_out(folder, home, monkeypatch):
    drop(folder, "a.csv")
    drop(folder, "b.csv", HEADER + GOOD.replace("a,", "b,"))
    taken = inbox_module.receive.__globals__["ingest_file"]

    def broken(path: Path, ledger: Ledger, **options: object) -> Ingested:
        if path.name == "a.csv":
            raise ZeroDivisionError("a fault nobody thought of")
        return taken(path, ledger)

    monkeypatch.setitem(inbox_module.receive.__globals__, "ingest_file", broken)
    outcomes = {receipt.file: receipt for receipt in once(folder, home)}
    assert outcomes["b.csv"].outcome == "taken"
    assert outcomes["a.csv"].error == "a.csv: the program failed on it (ZeroDivisionError); nothing was stored."


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.slow
def test_ctrl_c_ends_the_watch_cleanly_after_the_file_in_hand(folder, home, told):
    command = [sys.executable, "-m", "geodata", "watch", str(folder), "--home", str(home), "--every", "0.05", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        drop(folder, "first.csv")
        assert json.loads(process.stdout.readline())["outcome"] == "taken"
        rows = "".join(GOOD.replace("a,", f"r{number},") for number in range(20_000))
        drop(folder, ".large.csv", HEADER + rows).rename(folder / "large.csv")
        until = time.monotonic() + 20
        while not list((home / "spool").glob("*/large.csv")) and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(told)
        said, complaints = process.communicate(timeout=30)
    assert process.returncode == 0
    assert complaints == ""
    assert json.loads(said)["file"] == "large.csv"
    assert Ledger(home).incidents(columns=["incident_id"]).height == 20_001
    assert not (folder / "large.csv").exists()


def test_a_room_left_by_a_process_that_died_is_cleared_and_one_in_use_is_not(home):
    with room(home) as used:
        left = home / "spool" / "left"
        left.mkdir()
        (left / "body.csv").write_text("x")
        with room(home) as other:
            assert used.is_dir()
            assert other.is_dir()
            assert not left.exists()
    assert list((home / "spool").iterdir()) == []
