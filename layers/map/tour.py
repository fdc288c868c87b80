"""The tour of the map, for training: what each step frames and says. ``docs/tour.*.md`` are the same steps as pages."""

# Texts here are said on the map.

from __future__ import annotations

from typing import Final

from geodata.core.messages import mark
from layers.web.component import Part

TITLE: Final = mark("A tour of the map")
STEPS: Final = (
    (
        "#map",
        mark("Routes on the map"),
        mark(
            "Each line is a route along which people are moved, reduced from reported incidents: the wider, the more "
            "incidents in the period. Colour and dash tell land, sea and air; an arrow tells the direction, a broken "
            "line what is inferred between reports. There is no line where nobody reports."
        ),
    ),
    (
        "#ranking",
        mark("The busiest routes"),
        mark(
            "The list is linked to the map: choose a route to see where it runs, press N and P to go from one to the "
            "next. Above the map you choose an area, a period, a mode or a source, and everything counts that alone."
        ),
    ),
    (
        "#timebar",
        mark("One period for everything"),
        mark(
            "Drag the window or its ends, or press play. The number of incidents stands beside it, and whether it is "
            "clearly more or fewer than in the time it is compared with. Hatched months are not yet reported in full."
        ),
    ),
    (
        "#card, #map",
        mark("Why a route is there"),
        mark(
            "Click a line. Its card tells countries, confidence and change in words, and what each judgement rests on; "
            "its incidents are lit on the map. The page Routes beside the map has all that is known of it."
        ),
    ),
    (
        "#alerts",
        mark("What changed"),
        mark(
            "Alerts say where there is clearly more or less than usual, since when, and when that could first be "
            "known. A watch-list tells you of them by e-mail or in a feed."
        ),
    ),
    (
        "#actions",
        mark("Take it with you"),
        mark(
            "Copy a link, save a view, share a frozen map that ends, make a briefing, or take layers and pictures "
            "away: each says which period, filters and method it is of, and how it may be handled."
        ),
    ),
)
"""What is framed, as a selector; the title; the text."""


class Tour(Part):
    """A few steps that tell a newcomer of the map."""

    def __init__(self) -> None:
        super().__init__(steps=[{"target": target, "title": title, "text": text} for target, title, text in STEPS])
