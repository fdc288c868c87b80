"""A workspace that has all that a workspace may have, of old and of new incidents, each with texts of its own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from desk.briefing.model import Briefing, Page
from desk.briefing.store import Briefings
from desk.live_shares import LiveShares
from desk.shares import Shares
from desk.state import changing
from desk.tables import ALERTS
from desk.watch.alerts import Alerts
from desk.watch.model import watch_list
from desk.watch.store import Watches
from geodata.feeds.watch_folder import Inbox, watch
from geodata.ingest.pipeline import ingest_file
from geodata.ingest.receipt import receive
from geodata.ledger.maintenance import pin
from geodata.ledger.store import Ledger
from geodata.ledger.version_diff import undo
from layers.export.records import keep
from pages.server.upload_api import Answers
from tests.workspaces import laid_out

HEADER = "source,id,date,lat,lon,place,mode,kind,description,url,people\n"
TOLD = {
    "audience": "partner",
    "language": "en",
    "view": "mode=sea",
    "marking": "TLP:GREEN",
    "export_id": "x-1",
    "method_version": "network-1.0",
    "incidents": 9,
    "withheld": 0.25,
    "policy": "default-src 'none'",
}
BOUND = "2020-01-01"
MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Written:
    """Markers of what was taken in: of old incidents, which go, and of new ones, which stay."""

    old: list[str | float] = field(default_factory=list)
    new: list[str | float] = field(default_factory=list)

    def row(self, age: str, number: int, source: str = "partner", edition: str = "") -> str:
        """Return a row whose every text and number is found nowhere else."""
        tag = f"{age}{edition}{number:02d}x"
        year = 2012 + number % 7 if age == "OLD" else 2021 + number % 4
        lat = round(33 + number / 10 + (0.0031237 if age == "OLD" else 0.0071893), 7)
        lon = round(11 + number / 10 + (0.0041231 if age == "OLD" else 0.0081417), 7)
        ident, texts = f"ID{age}{number:02d}x", [f"PLACE{tag}", f"WORD{tag}", f"NOTE{tag}", f"http://x.org/URL{tag}"]
        (self.old if age == "OLD" else self.new).extend([ident, *texts, lat, lon])
        return f"{source},{ident},{year}-05-03,{lat},{lon},{texts[0]},sea,{texts[1]},{texts[2]},{texts[3]},7\n"

    def refused(self, age: str, tag: str) -> str:
        """Return a row that is refused for its latitude."""
        year = 2014 if age == "OLD" else 2023
        (self.old if age == "OLD" else self.new).append(f"REFUSED{age}{tag}")
        return f"partner,REFUSED{age}{tag},{year}-05-03,95.2,12.6,PLACEREFUSED{age}{tag},sea,rescue,,,7\n"


def taken_in(home: Path, name: str, text: str) -> str:
    """Take rows in; return the batch."""
    file = home.parent / f"{name}.csv"
    file.write_text(HEADER + text, encoding="utf-8")
    return ingest_file(file, Ledger(home)).batch.batch


def full(home: Path, *, network: bool = True) -> Written:
    """Fill a workspace; of every marker of old incidents something is there."""
    written, ledger = Written(), Ledger(home)
    row = written.row
    taken_in(
        home, "first", "".join(row(age, n) for age in ("OLD", "NEW") for n in range(12)) + written.refused("OLD", "a")
    )
    taken_in(home, "newer", row("NEW", 20) + written.refused("NEW", "b"))
    again = row("OLD", 3, edition="B") + row("NEW", 4, edition="B")
    taken_in(home, "revised", again)
    undo(ledger, taken_in(home, "undone", row("OLD", 30) + row("NEW", 31) + row("OLD", 2, edition="C")))
    taken_in(home, "other", row("OLD", 40, "second") + row("NEW", 41, "second"))
    ledger.decide("partner/IDOLD00x", "second/IDOLD40x", "one event")
    ledger.decide("partner/IDNEW00x", "second/IDNEW41x", "one event")
    pin(ledger, "report", 1)
    ledger.require("incidents").create_checkpoint()
    ledger.seal()
    _left_about(home, written)
    _shared(home, written)
    if network:
        laid_out(home)
    return written


def _left_about(home: Path, written: Written) -> None:
    """Leave what a watch, a pull, an intake and programs that were ended leave in a workspace."""
    inbox = home / "inbox"
    inbox.mkdir()
    (inbox / "dropped.csv").write_text(HEADER + written.row("OLD", 50) + written.row("NEW", 51), encoding="utf-8")
    (inbox / "good.csv").write_text(HEADER + written.row("NEW", 52), encoding="utf-8")
    (inbox / "bad.csv").write_text(HEADER + written.refused("OLD", "c"), encoding="utf-8")
    assert len(list(watch(Inbox(inbox, Ledger(home)), 0.01, Event(), once=True))) == 3
    sent = home.parent / "program.csv"
    sent.write_text(
        HEADER + written.row("OLD", 55) + written.row("NEW", 56) + written.refused("OLD", "d"), encoding="utf-8"
    )
    receipt = receive(sent, Ledger(home), "part")
    Answers(home).keep(
        "0" * 64, "1" * 64, 201, receipt.report() | {"refusals": receipt.refused_rows(9), "a": "PLACEANSWEROLD"}
    )
    written.old.append("PLACEANSWEROLD")
    for place, text in {
        "pulls/partner.json": json.dumps({"url": "http://x.org", "error": "all rows were refused: 'PLACEPULLOLD'"}),
        "spool/tmpleft/body.csv": "PLACESPOOLOLD",
        "refusals/.0011223344556677.part": "PLACEPARTOLD",
        "ledger/incidents/_damaged/part-1.parquet": "PLACEDAMAGEDOLD",
        "ledger/incidents/part-orphan.parquet": "PLACEORPHANOLD",
    }.items():
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).write_text(text, encoding="utf-8")
    written.old += [f"PLACE{name}OLD" for name in ("PULL", "SPOOL", "PART", "DAMAGED", "ORPHAN")]


def _shared(home: Path, written: Written) -> None:
    version = Ledger(home).version()
    for title in ("TITLEOLD1", "TITLEOLD2"):
        told = TOLD | {"title": title, "ledger_version": version}
        _, made = Shares(home).new(f"<p>PAGEOLD {title}</p>".encode(), told, "analyst")
    Shares(home).revoke(made.share_id, "analyst")
    record = TOLD | {"file": "map.html", "sha256": "0" * 64, "actor": "analyst", "ledger_version": version}
    keep(record, home)
    written.old += ["TITLEOLD1", "TITLEOLD2", "PAGEOLD"]
    briefings = Briefings(home)
    pages = [Page(heading="HEADINGOLD", note="NOTEOLD of the briefing")]
    final = briefings.new(Briefing(title="BRIEFINGOLD"), "analyst", version, pages=pages)
    briefings.make_final(final, "analyst", {"html": b"<p>DOCUMENTOLD"}, {"marking": ""})
    briefings.new(Briefing(title="DRAFTOLD"), "analyst", version, pages=pages)
    live = Shares(home).new(b"<p>LIVEOLD", TOLD | {"title": "LIVETITLEOLD", "ledger_version": version}, "analyst")[1]
    LiveShares(home).keep(live.share_id, "route=LIVEASKEDOLD")
    _watched(home, version)
    written.old += ["LIVEOLD", "LIVETITLEOLD", "LIVEASKEDOLD", "ALERTOLD", "WORDEDOLD", "REASONOLD"]
    written.old += ["BRIEFINGOLD", "HEADINGOLD", "NOTEOLD of the briefing", "DRAFTOLD", "DOCUMENTOLD"]


def copied(home: Path, to: Path) -> Path:
    """Return a copy of a workspace that nobody has open."""
    return Path(shutil.copytree(home, to))


def _watched(home: Path, version: int) -> None:
    """Keep a watch-list with an alert that somebody took note of."""
    kept, _ = Watches(home).new(watch_list({"name": "Everywhere", "channel": "feed"}), "analyst", version)
    worded = {"title": "WORDEDOLD", "text": "", "link": "/", "label": ""}
    row = {"alert_id": "a-1", "watch_id": kept.watch_id, "finding_id": "f-1", "node_id": "n-1", "direction": "more"}
    row |= {"since": "2014-05", "verdict": "clear rise", "name": "ALERTOLD", "worded": json.dumps(worded)}
    row |= {"found_at": "2026-01-01T00:00:00Z", "ledger_version": version, "told": True}
    with changing(home) as tables:
        tables.execute(ALERTS.insert().values(row))
    Alerts(home).acknowledge(Alerts(home).one("a-1"), "REASONOLD", "analyst")
