"""COMPONENTS: the parts of the map page, each with the options of the class of its name in ``assets/parts.js``."""

from __future__ import annotations

from geodata.model.incident import MODES
from layers.payload.incident_points import MOST_FACTS
from layers.web.component import Part

ATTRIBUTION = "Natural Earth · GeoNames · H3"
DETAIL_FROM_ZOOM = 4
MOST_FRAMES = 360
FROM_ZOOM = 6
"""Farther out, hexes tell more than single marks could."""


class Actions(Part):
    """A column of buttons."""


class Arrivals(Part):
    """A ring that widens for ``pulse_ms``; for whoever wants less motion one that stands still for ``still_ms``."""

    def __init__(self) -> None:
        super().__init__(pulse_ms=2600, still_ms=10_000)


class BaseMap(Part):
    """Sea, land, coast, borders and graticule: 1:110m far out, 1:50m from ``DETAIL_FROM_ZOOM`` on."""

    def __init__(self) -> None:
        urls = {scale: f"/data/basemap/{scale}" for scale in ("110m", "50m")}
        super().__init__(urls=urls, detail_from=DETAIL_FROM_ZOOM)


class Camera(Part):
    """A sheet of the map as seen with title, window, legend and what it came from.

    At most ``most_frames`` at once; ``sharpness`` times as sharp as the screen while the map has less than
    ``most_pixels`` million pixels.
    """

    def __init__(self, title: str) -> None:
        super().__init__(title=title, attribution=ATTRIBUTION, most_frames=MOST_FRAMES, sharpness=2, most_pixels=8)


class Card(Part):
    """Details of a corridor or a hex; ``width`` is that of its chart in pixels."""

    def __init__(self) -> None:
        super().__init__(width=270)


class Bands(Part):
    """The width beside each corridor that holds 80 % of its incidents."""


class Corridors(Part):
    """Centrelines: mode by colour and dash, width by incidents a month in the window."""


class Countries(Part):
    """Tint and hatch of each country by its role; the letter stands with its name."""


class Graticule(Part):
    """Meridians and parallels at least ``apart`` pixels from each other, under all that is drawn."""

    def __init__(self) -> None:
        super().__init__(apart=110)


class Degrees(Part):
    """Their degrees along the edges of the view, over all that is drawn."""


class Scale(Part):
    """A scale bar in kilometres and nautical miles, at most ``longest`` pixels long."""

    def __init__(self) -> None:
        super().__init__(longest=150)


class Hexes(Part):
    """Hexagons coloured by the number of incidents in the window."""


class Hubs(Part):
    """Departures, landings and places that are both, by shape; size by movement."""


class Incidents(Part):
    """Marks from ``from_zoom`` on; those nearer than ``apart`` pixels are drawn as one with their number."""

    def __init__(self) -> None:
        super().__init__(from_zoom=FROM_ZOOM, apart=36, modes=list(MODES), listed=MOST_FACTS)


class Keys(Part):
    """Shortcuts; each press pans by ``step`` pixels, and a window is announced once it has stood for ``settle_ms``."""

    def __init__(self) -> None:
        super().__init__(step=140, settle_ms=700)


class Labels(Part):
    """Chips of corridors and names of countries that never overlap."""


class Legend(Part):
    """Modes, widths, hex classes and roles; folded in windows narrower than ``open_from`` pixels."""

    def __init__(self) -> None:
        super().__init__(open_from=1100)


class Ranking(Part):
    """The ``rows`` busiest corridors; folded in windows narrower than ``open_from`` pixels."""

    def __init__(self) -> None:
        super().__init__(rows=8, open_from=1100)


class Search(Part):
    """A combobox that flies to what is chosen; at most ``most`` results, places from ``longest`` letters or fewer."""

    def __init__(self) -> None:
        super().__init__(most=8, longest=80, pause_ms=140)


class Status(Part):
    """Badge, notices and the sheet for an empty workspace."""


class TimeBar(Part):
    """Window with two handles and a draggable middle, play, speed and step."""

    def __init__(self) -> None:
        super().__init__(speeds=[1, 2, 4])


class Absent(Part):
    """In place of a part that a map is made without."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = self._id = field


class Banner(Part):
    """The line above a map in a file: its mark and title, and behind a button sentences and facts on it."""

    def __init__(self, marking: str, title: str, told: list[str], facts: list[list[str]]) -> None:
        super().__init__(marking=marking, title=title, told=told, facts=facts)
