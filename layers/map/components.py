"""COMPONENTS: the parts of the map page, each with the options of the class of its name in ``assets/parts.js``."""

# Texts here are said on the map.

from __future__ import annotations

from babel import Locale

from geodata.core.messages import mark
from geodata.model.incident import MODES
from layers.audience.audiences import AUDIENCES, OWN
from layers.export.files import FORMATS
from layers.payload.incident_points import MOST_FACTS
from layers.web.component import Part
from layers.web.translations import report_languages

ATTRIBUTION = "Natural Earth · GeoNames · H3"
DETAIL_FROM_ZOOM = 4
MOST_FRAMES = 360
FORMAT_NAMES = {
    "gpkg": "GeoPackage (QGIS)",
    "geojson": "GeoJSON",
    "fgb": "FlatGeobuf",
    "parquet": "GeoParquet",
    "kml": "KML",
    "kmz": "KMZ (Google Earth)",
    "shp.zip": "Shapefile (ZIP)",
    "gdb.zip": "File geodatabase (ArcGIS, ZIP)",
    "pmtiles": "PMTiles",
    "csv": "CSV",
    "xlsx": "Excel (XLSX)",
    "zip": mark("All layers (ZIP)"),
}
"""What people call the formats of layers."""
DOCUMENT_NAMES = {
    "pdf": mark("Report (PDF)"),
    "pptx": mark("Report as slides (PPTX)"),
    "docx": mark("Report for Word (DOCX)"),
    "html": mark("Map for a browser (HTML)"),
    "png": mark("Picture (PNG)"),
    "svg": mark("Picture (SVG)"),
}
"""What people call what is read without a program for maps: ``layers.reports.documents.DOCUMENTS``."""
LAYER_NAMES = {
    "routes": mark("Routes"),
    "corridors": mark("Corridors"),
    "legs": mark("From country to country"),
    "hubs": mark("Hubs"),
    "hexes": mark("Hexes by month"),
    "dense_areas": mark("Dense areas"),
    "changes": mark("Changes"),
    "countries": mark("Countries"),
    "incidents": mark("Single incidents"),
}
"""What people call the layers: ``layers.export.tables.LAYERS``."""
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


class BottomSheet(Part):
    """On a phone, the one place above the time bar where lists, legend, actions and details open."""


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
        super().__init__(width=310)


class Bands(Part):
    """The width beside each corridor that holds 80 % of its incidents."""


class Corridors(Part):
    """Centrelines: mode by colour and dash, width by incidents a month in the window."""


class Countries(Part):
    """Tint and hatch of each country by its role; the letter stands with its name."""


class EnterHere(Part):
    """A menu where the map is asked for its menu, which leads to the form for an incident at that position."""


class ExportDialog(Part):
    """Every format with its layers, place, period and audience; previewed once nothing changes for ``pause_ms``."""

    def __init__(self) -> None:
        kinds = [
            (ending, FORMAT_NAMES[ending], mark("Layers"), "several" if kind.several else "one")
            for ending, kind in FORMATS.items()
        ]
        kinds += [(ending, name, mark("To read"), "none") for ending, name in DOCUMENT_NAMES.items()]
        super().__init__(
            formats=[{"ending": e, "name": name, "group": group, "layers": layers} for e, name, group, layers in kinds],
            layers=[list(pair) for pair in LAYER_NAMES.items()],
            audiences=[[one.name, one.words] for one in AUDIENCES.values()],
            languages=[
                [code, (Locale.parse(code).get_display_name() or code).capitalize()] for code in report_languages()
            ],
            pause_ms=400,
        )


class Evidence(Part):
    """A dot for each incident of the route that is selected."""


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
        super().__init__(open_from=1800)


class OwnLayers(Part):
    """Reference data of the operator, over hexes and under routes, with switches in the legend."""


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


class Standing(Part):
    """A shared map asks every ``every_ms`` whether its link still stands, and goes where it was withdrawn."""

    def __init__(self) -> None:
        super().__init__(every_ms=4000)


class ShareDialog(Part):
    """Makes a link to a frozen map for an audience, and lists, extends and withdraws those that were made."""

    def __init__(self) -> None:
        super().__init__(
            audiences=[[one.name, one.words] for one in AUDIENCES.values() if one is not OWN],
            days=[1, 7, 14, 30],
            usual=7,
            pause_ms=400,
        )


class Wall(Part):
    """The map alone, its saved views in turn, each for ``least`` to ``most`` seconds: ``/map?wall=30``."""

    def __init__(self) -> None:
        super().__init__(least=5, most=3600)


class SavedViews(Part):
    """Keeps what is shown under a name, for oneself or for everybody, and opens it again."""

    def __init__(self) -> None:
        super().__init__(letters=60)


class Briefings(Part):
    """Puts the view into a briefing as a page; lists, edits, freezes and hands out briefings (``desk.briefing``)."""

    def __init__(self) -> None:
        super().__init__(
            audiences=[[one.name, one.words] for one in AUDIENCES.values()],
            schedules=[["", mark("only when asked for")], ["weekly", mark("weekly")], ["monthly", mark("monthly")]],
            days=[1, 7, 14, 30],
            usual=7,
            heading=90,
            note=900,
        )


class WatchLists(Part):
    """Makes watch-lists of what is shown, and mutes and deletes them; values are those of ``desk.watch.model``."""

    def __init__(self) -> None:
        super().__init__(
            channels=[
                ["feed", mark("Feed for a news reader (Atom)"), ""],
                ["email", mark("E-mail"), mark("Address of e-mail")],
                ["webhook", "Webhook", mark("Address of the webhook")],
                ["teams", "Microsoft Teams", mark("Address of the workflow")],
                ["slack", "Slack", mark("Address of the webhook")],
            ],
            when=[["at once", mark("at once")], ["daily", mark("daily")], ["weekly", mark("weekly")]],
            kinds=[["new", mark("new (none before)")], ["rise", mark("rise")], ["fall", mark("fall")]],
            days=[
                *(mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday")),
                *(mark("Friday"), mark("Saturday"), mark("Sunday")),
            ],
            mute_days=7,
        )
