"""Drafts are changed, final briefings never; the next one begins with what changed, when it is due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from desk.briefing.model import Annotation, Briefing, Page, checked
from desk.briefing.store import Briefings, due_at
from desk.state import changing
from desk.tables import BRIEFINGS
from geodata.core.audit import Audit
from geodata.core.errors import WrongValue

RING = [[10, 34], [13, 34], [13, 36], [10, 36], [10, 34]]
YEAR = Page(heading="Sea", note="Exact", query="from=2025-01-01&to=2026-01-01&mode=sea")


@pytest.fixture
def store(home) -> Briefings:
    return Briefings(home)


@pytest.fixture
def final(store):
    """Return a final briefing of two pages, that is followed each month."""
    kept = store.new(Briefing(title="Sea", schedule="monthly"), "analyst", 3, pages=[YEAR, Page(heading="All")])
    return store.make_final(
        kept, "analyst", {"html": b"<p>as it was", "shared": b"<p>shared"}, {"marking": "TLP:GREEN"}
    )


def feature(kind: str, places: object, label: str = "here") -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": places}, "properties": {"label": label}}


def test_a_draft_is_put_together_page_by_page(store):
    draft = store.new(Briefing(title="Sea"), "analyst", 3).briefing_id
    first, second, third = (store.add(draft, Page(heading=name)) for name in ("one", "two", "three"))
    store.move(draft, third, 0)
    store.edit(draft, first, {"note": "more\nthan one line"})
    store.remove(draft, second)
    store.change(draft, {"audience": "partner"})
    store.pin(draft, 4)
    kept = store.one(draft)
    assert [(page.heading, page.note) for _, page in kept.pages] == [("three", ""), ("one", "more\nthan one line")]
    assert (kept.briefing.audience, kept.version, kept.state) == ("partner", 4, "draft")


def test_what_is_final_is_changed_by_nothing(store, final):
    page_id = final.pages[0][0]
    tries = [
        lambda: store.add(final.briefing_id, YEAR),
        lambda: store.edit(final.briefing_id, page_id, {"note": "other"}),
        lambda: store.move(final.briefing_id, page_id, 1),
        lambda: store.remove(final.briefing_id, page_id),
        lambda: store.change(final.briefing_id, {"title": "Other"}),
        lambda: store.pin(final.briefing_id, 9),
        lambda: store.delete(final.briefing_id, "analyst"),
        lambda: store.make_final(final, "analyst", {"html": b"other"}, {}),
    ]
    for change in tries:
        with pytest.raises(WrongValue, match="a final briefing is never changed"):
            change()
    assert store.one(final.briefing_id) == final
    assert store.document(final.briefing_id, "html") == b"<p>as it was"


def test_a_draft_that_somebody_changes_while_it_is_written_is_not_made_final(store):
    kept = store.new(Briefing(title="Sea"), "analyst", 3, pages=[YEAR])
    store.edit(kept.briefing_id, kept.pages[0][0], {"note": "changed"})
    with pytest.raises(WrongValue, match="nobody changes it meanwhile"):
        store.make_final(kept, "analyst", {"html": b"<p>"}, {})
    assert store.one(kept.briefing_id).state == "draft"


def test_an_empty_briefing_is_not_made_final(store):
    with pytest.raises(WrongValue, match="one page at least"):
        store.make_final(store.new(Briefing(title="Sea"), "analyst", 3), "analyst", {}, {})


def test_the_next_one_begins_with_what_changed_and_its_windows_move_on(store, final, home):
    with changing(home) as tables:
        tables.execute(update(BRIEFINGS).values(made_at="2026-01-15T08:00:00Z"))
    made = store.next(final.briefing_id, "analyst", 7, "What changed", now=datetime(2026, 3, 2, tzinfo=UTC))
    assert (made.state, made.version, made.before, made.follows) == ("draft", 7, 3, final.briefing_id)
    pages = [page for _, page in made.pages]
    assert [(page.kind, page.heading) for page in pages] == [
        ("changes", "What changed"),
        ("view", "Sea"),
        ("view", "All"),
    ]
    assert pages[1].query == "from=2025-03-01&to=2026-03-01&mode=sea"
    assert store.one(final.briefing_id).state == "final"
    with pytest.raises(WrongValue, match="the next briefing is made of one that is final"):
        store.next(made.briefing_id, "analyst", 7, "What changed", now=datetime(2026, 3, 2, tzinfo=UTC))


def test_a_draft_is_due_once_and_not_before_its_day(store, final, home):
    with changing(home) as tables:
        tables.execute(update(BRIEFINGS).values(made_at="2026-01-31T08:00:00Z"))
    assert store.due(datetime(2026, 2, 28, 7, 59, tzinfo=UTC)) == []
    now = datetime(2026, 2, 28, 8, tzinfo=UTC)
    assert [one.briefing_id for one in store.due(now)] == [final.briefing_id]
    draft = store.next(final.briefing_id, "analyst", 7, "What changed", now=now)
    assert store.due(now) == []
    store.delete(draft.briefing_id, "analyst")  # whoever throws it away does not get it again
    assert store.due(now) == []
    assert not store.one(draft.briefing_id).pages


@pytest.mark.parametrize(
    ("made", "schedule", "due"),
    [
        ("2026-01-31T08:00:00Z", "weekly", "2026-02-07"),
        ("2026-01-31T08:00:00Z", "monthly", "2026-02-28"),
        ("2026-12-31T08:00:00Z", "monthly", "2027-01-31"),
        ("2026-02-28T08:00:00Z", "monthly", "2026-03-28"),
    ],
)
def test_a_schedule_counts_by_the_calendar(made, schedule, due):
    assert due_at(made, schedule).date().isoformat() == due


def test_a_final_briefing_of_the_own_organisation_is_shared_by_no_link(store, final):
    with pytest.raises(WrongValue, match="partners or the public"):
        store.to_share(final.briefing_id)


def test_the_audit_knows_who_began_it_and_who_made_it_final(store, final, home):
    told = [(one.actor, one.subject, one.details["what"]) for one in Audit(home).entries() if one.action == "brief"]
    assert told == [("analyst", final.briefing_id, "begun"), ("analyst", final.briefing_id, "made final")]


def test_a_damaged_document_is_not_handed_out(store, final, home):
    (file,) = (home / "desk" / "briefings").glob(f"{final.files['html']}.gz")
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(Exception, match="no such document"):
        store.document(final.briefing_id, "html")


@pytest.mark.parametrize("drawn", [feature("Point", [10, 34]), feature("LineString", RING), feature("Polygon", [RING])])
def test_what_is_drawn_is_read_as_geojson_and_told_as_it_was(drawn):
    told = Annotation.of_geojson(drawn).geojson()
    assert told["geometry"]["type"] == drawn["geometry"]["type"]
    assert str(told["geometry"]["coordinates"]).replace(".0", "") == str(drawn["geometry"]["coordinates"])


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (feature("Point", [190, 34]), "less than or equal to 180"),
        (feature("Point", [10, 86]), "less than or equal to 85"),
        (feature("Point", [float("nan"), 4]), "corners"),
        (feature("LineString", [[1, 2]]), "2 corners"),
        (feature("Polygon", [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]), "does not cross itself"),
        (feature("Polygon", [RING[:-1]]), "GeoJSON"),
        (feature("Polygon", [RING, RING]), "GeoJSON"),
        (feature("LineString", [[n / 10, 0] for n in range(25)]), "at most 24"),
        (feature("Point", [1, 2], "x" * 41), "at most 40"),
        (feature("Point", [1, 2], "two\nlines"), "one line"),
        (feature("MultiPoint", [[1, 2]]), "Point"),
        ({"type": "Feature"}, "GeoJSON"),
        ("nothing", "GeoJSON"),
    ],
)
def test_what_is_drawn_wrongly_is_refused_and_not_mended(drawn, said):
    with pytest.raises(WrongValue, match=said):
        Annotation.of_geojson(drawn)


@pytest.mark.parametrize(
    "told",
    [
        {"heading": ""},
        {"heading": "x" * 91},
        {"heading": "a\u202eb"},
        {"heading": "a", "note": "x" * 901},
        {"heading": "a", "note": "bell \x07"},
        {"heading": "a", "query": "mode=rocket"},
        {"heading": "a", "box": [10, 40, 5, 50]},
        {"heading": "a", "box": [0, 0, 400, 50]},
        {"heading": "a", "kind": "script"},
    ],
)
def test_a_page_that_breaks_a_limit_is_refused(told):
    with pytest.raises(WrongValue):
        checked(Page, told, "the page")
