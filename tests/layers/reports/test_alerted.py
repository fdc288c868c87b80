"""What leaves in a message: a sentence with counts as partners may know them, and no place of a single incident."""

import numpy as np
import polars as pl
import pytest

from geodata.core.messages import Country, sentence
from geodata.model.query import View
from layers.reports.alerted import alerted, marking_of, trial
from tests.layers.payload.test_changes import finding


def rise(**special: object):
    return finding(direction="more", incidents=42, **special)


def test_a_message_says_where_what_since_when_and_how_sure_with_rounded_counts():
    told = alerted(rise(), "", View(), "en")
    assert told.title == "Sfax – Lampedusa: clear rise"
    assert told.text == "More reported than usual from 2025-04 to 2025-06: about 40 incidents, high confidence."


@pytest.mark.parametrize(
    ("incidents", "said"),
    [(0, "fewer than 5"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "about 5"), (7, "about 5"), (8, "about 10")],
)
def test_fewer_than_five_are_not_counted(incidents, said):
    text = alerted(finding(incidents=incidents), "", View(), "en").text
    assert text == f"Fewer reported than usual from 2025-04 to 2025-06: {said} incidents, high confidence."


def test_names_of_countries_and_the_sentence_come_in_the_language_of_the_list():
    name = sentence("{start} to {end} by sea", start=Country("Libya", "LBY"), end=Country("Italy", "ITA"))
    told = alerted(rise(name=name, level="branch", confidence="low"), "", View(), "fr")
    assert told.title == "Libye – Italie par mer : hausse possible"
    assert told.text.startswith("Plus de signalements que d’habitude de 2025-04 à 2025-06 : environ 40 incidents")
    assert told.link.endswith("lang=fr")
    assert trial("fr").title == "Un essai"


def test_a_link_opens_the_view_at_whole_degrees_with_its_filters_and_route():
    told = alerted(rise(at=(11.7432, 35.1187), box=(10.7, 34.7, 12.6, 35.5)), "", View(modes=("sea",)), "en")
    assert told.link == "/?mode=sea&lat=35&lon=12&z=7&sel=sea-route"
    wide = alerted(rise(box=(-20.0, 10.0, 40.0, 50.0), level="branch"), "", View(), "en")
    assert wide.link == "/?lat=35&lon=12&z=3"
    assert alerted(rise(box=None, level="branch"), "", View(), "en").link == "/"


@pytest.mark.parametrize(
    ("marking", "told"), [("TLP:CLEAR", True), ("TLP:GREEN", True), ("TLP:AMBER", False), ("TLP:RED", False)]
)
def test_what_rests_on_incidents_marked_above_green_is_told_on_the_map_alone(marking, told):
    found = alerted(rise(), marking, View(modes=("sea",)), "en")
    assert ("Lampedusa" in found.title) is told
    if not told:
        assert found.title == "A change that is told on the map alone"
        assert found.text == f"It rests on incidents marked {marking}."
        assert found.link == "/"


class Placed:
    """Which incidents lie at the only node."""

    def rows_of(self, _: int) -> np.ndarray:
        """Return the first four."""
        return np.arange(4)


class Told:
    """A series of five incidents in two months, as far as marks are concerned."""

    months = ("2025-03", "2025-04", "2025-05", "2025-06")
    month = np.array([0, 1, 3, 1, 1])
    placed = Placed()
    incidents = pl.DataFrame({"handling": ["TLP:RED", "TLP:GREEN", None, "TLP:CLEAR", "TLP:AMBER"]})

    class tree:  # noqa: N801
        """One node."""

        nodes = (finding(),)


def test_the_mark_is_the_highest_of_the_incidents_that_the_change_rests_on():
    assert marking_of(finding(), Told) == "TLP:RED"  # of March, against which it is held
    assert marking_of(finding(since="2025-03"), Told) == "TLP:RED"
    assert marking_of(finding(node_id="elsewhere"), Told) == ""


def test_a_fall_to_nothing_rests_on_what_was_there_before():
    class Before(Told):
        month = np.array([0, 0, 0, 0, 0])
        incidents = pl.DataFrame({"handling": ["TLP:GREEN", "TLP:RED", None, None, None]})

    assert marking_of(finding(), Before) == "TLP:RED"


def test_what_came_after_a_change_was_found_is_not_what_it_rests_on():
    class After(Told):
        month = np.array([3, 1, 1, 1, 1])

    assert marking_of(finding(detected="2025-05"), After) == "TLP:GREEN"
