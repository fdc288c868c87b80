"""Briefings as the map asks for them: made, made final, taken away and shared, with what each audience may see."""

from __future__ import annotations

import io
import json
import re
from shutil import copytree
from zipfile import ZipFile

import pytest
from pptx import Presentation

from geodata.core.audit import Audit
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.query import View
from pages.data.workspace_cache import sight

pytestmark = pytest.mark.slow

VIEW = "from=2025-01-01&to=2026-01-01&mode=sea"
POINT = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [12.6, 35.5]}, "properties": {"label": "Here"}}


@pytest.fixture
def desk(get, at, two_versions, home):
    """Return the way to ask the desk of a copy of a workspace of two versions, with JSON."""
    at(copytree(two_versions, home))

    def post(address: str, body: object = (), status: int = 200) -> dict[str, object]:
        given = json.dumps(body or {}).encode()
        answer = get(address, method="POST", body=[given], content_type="application/json")
        assert answer.status == status, answer.body
        return answer.json()

    return post


@pytest.fixture
def final(desk):
    """Return a maker of final briefings of one page, that follow one of version 0 with a page of what changed."""

    def made(audience: str) -> str:
        first = desk("/data/briefings?version=0", {"title": "First", "audience": audience})["id"]
        desk(f"/data/briefings/{first}/add?mode=sea", {"heading": "Before"})
        desk(f"/data/briefings/{first}/final")
        second = desk(f"/data/briefings/{first}/next?version=1")["id"]
        desk(f"/data/briefings/{second}/add?{VIEW}", {"heading": "Sea", "note": "A note", "annotations": [POINT]})
        desk(f"/data/briefings/{second}/final")
        return second

    return made


def test_a_briefing_is_made_of_views_frozen_and_taken_away(get, desk, final, home, tmp_path):
    briefing = final("own")
    told = get(f"/data/briefings/{briefing}").json()
    assert [page["kind"] for page in told["pages"]] == ["changes", "view", "view"]
    assert (told["state"], told["version"], told["before"]) == ("final", 1, 0)
    before = {
        ending: get(f"/data/briefings/{briefing}/file?format={ending}").body for ending in ("pdf", "pptx", "html")
    }
    report = tmp_path / "more.csv"
    report.write_text("date,lat,lon,mode\n2025-11-03,35.5,12.6,sea\n", encoding="utf-8")
    ingest_file(report, Ledger(home))
    sight()._look()
    for ending, content in before.items():
        assert get(f"/data/briefings/{briefing}/file?format={ending}").body == content
    assert before["pdf"].startswith(b"%PDF")
    page = before["html"].decode()
    assert f"<b>{Ledger(home).incidents(1).height - 1:,}</b>incidents added" in page
    assert "<b>0</b>incidents revised" in page
    assert "A note" in page
    refused = desk(f"/data/briefings/{briefing}/add?{VIEW}", {"heading": "More"}, status=400)
    assert "never changed" in refused["error"]
    left = [one for one in Audit(home).entries() if one.action == "export"]
    assert len(left) == 6
    assert f"briefing-first-{briefing}-TLPAMBER.pdf" in {one.details["file"] for one in left}


def test_the_page_of_what_changed_says_what_the_comparison_of_the_changes_page_says(get, final, two_versions):
    page = get(f"/data/briefings/{final('own')}/file?format=html").body.decode()
    seen = sight()
    found = seen.change(View(), 1)
    said = [change.verdict for change in found.changes if change.verdict in ("born", "growing", "fading", "gone")]
    shifted = sum(shift is not None and shift.flagged for shift in found.shifts)
    rows = re.findall(r"<tr><td>(new|risen|fallen|shifted)</td>", page)
    assert len(rows) == len(said) + shifted
    assert rows.count("new") == said.count("born")
    assert rows.count("risen") == said.count("growing")


def test_partners_find_no_exact_count_and_no_change_of_a_route_in_any_document(get, final):
    briefing = final("partner")
    page = get(f"/data/briefings/{briefing}/file?format=html").body.decode()
    slides = get(f"/data/briefings/{briefing}/file?format=pptx").body
    texts = [
        shape.text_frame.text
        if shape.has_text_frame
        else "\n".join(cell.text for row in shape.table.rows for cell in row.cells)
        for slide in Presentation(io.BytesIO(slides)).slides
        for shape in slide.shapes
        if shape.has_text_frame or shape.has_table
    ]
    for said in (re.sub(r"<[^>]*>", "\n", page.partition("<main>")[2].partition("<footer")[0]), "\n".join(texts)):
        assert "as many a month" not in said, "a reason of the comparison holds exact counts"
        for count in re.findall(r": ([\d,]+)$", said, flags=re.MULTILINE):
            assert int(count.replace(",", "")) % 5 == 0
        for count in re.findall(r"([\d,]+) incidents in the period", said):
            assert int(count.replace(",", "")) % 5 == 0
        assert "< 5" in said or "&lt; 5" in said
        assert "partner organisations" in said
    with ZipFile(io.BytesIO(slides)) as parts:
        held = b"".join(parts.read(name) for name in parts.namelist())
    assert b"SYN-0" not in held
    assert "SYN-0" not in page


def test_a_final_briefing_is_opened_by_its_link_until_that_is_withdrawn(get, desk, final, home):
    briefing = final("partner")
    shared = desk(f"/data/briefings/{briefing}/share", {"days": "7"})
    answer = get(f"/s/{shared['token']}")
    assert answer.status == 200
    assert "A note" in answer.body.decode()
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    desk(f"/data/shares/{shared['share_id']}/revoke")
    assert get(f"/s/{shared['token']}").status == 410
    assert [one.action for one in Audit(home).entries()][-3:] == ["share", "open", "revoke"]


def test_a_draft_is_presented_and_says_that_it_is_one_but_is_not_shared(get, desk):
    draft = desk("/data/briefings", {"title": "Draft", "audience": "public"})["id"]
    desk(f"/data/briefings/{draft}/add?{VIEW}", {"heading": "Sea"})
    shown = get(f"/data/briefings/{draft}/file?present")
    assert "DRAFT" in shown.body.decode()
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    assert "content-disposition" not in shown.headers
    assert "once it is final" in desk(f"/data/briefings/{draft}/share", {}, status=400)["error"]


@pytest.mark.parametrize(
    ("address", "body", "status", "said"),
    [
        ("/data/briefings", {"title": ""}, 400, "at least 1 character"),
        ("/data/briefings", {"title": "x", "audience": "press"}, 400, "own"),
        ("/data/briefings", {"title": "x", "language": "xx"}, 400, "there is no language"),
        ("/data/briefings?version=99", {"title": "x"}, 400, "versions are 0 to 1"),
        ("/data/briefings/b-none/add", {"heading": "x"}, 404, "there is no briefing"),
        ("/data/briefings/b-none/burn", {}, 400, "there are add"),
        ("/data/briefings/ID/add?mode=rocket", {"heading": "x"}, 400, "mode"),
        ("/data/briefings/ID/add?route=none", {"heading": "x", "annotations": 3}, 400, "a list of GeoJSON"),
        ("/data/briefings/ID/add", {"heading": "x", "box": "world"}, 400, "box"),
        ("/data/briefings/ID/edit", {"page": "p-none", "note": "x"}, 404, "there is no page"),
        ("/data/briefings/ID/move", {"page": "p-none", "to": -1}, 400, "whole number"),
        ("/data/briefings/ID/final", {}, 400, "one page at least"),
        ("/data/briefings/ID/next", {}, 400, "one that is final"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_a_sentence(desk, address, body, status, said):
    draft = desk("/data/briefings", {"title": "Draft"})["id"]
    assert said in desk(address.replace("ID", draft), body, status=status)["error"]
