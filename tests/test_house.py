"""The house: data flows one way, and an import against the flow fails here."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_VALUES = "errors incident hexes coast places facts terrain view settings sentences strata"
VALUE_MODULES = {*_VALUES.split()}
ROOMS = ("geodata", "routes", "layers", "desk", "pages")
MAY_IMPORT = {
    "geodata": {"geodata"},
    "routes": {"routes", "geodata values"},
    "layers": {"layers", "routes", "geodata values"},
    "desk": {"desk", "routes", "geodata values"},
    "pages": {"pages", "desk", "layers", "routes", "geodata"},
    "app": {"pages", "desk", "layers"},
}
VIEW_LIBRARIES = {"streamlit": {"pages", "app"}, "folium": {"layers"}}


def modules() -> list[Path]:
    files = [ROOT / "app.py"]
    for room in ROOMS:
        files += sorted((ROOT / room).rglob("*.py"))
    return [file for file in files if file.exists()]


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module in ROOMS else {node.module}
    return found


def room_of(file: Path, root: Path) -> str:
    return file.relative_to(root).parts[0].removesuffix(".py")


def arrows_not_allowed(file: Path, root: Path = ROOT) -> list[str]:
    room = room_of(file, root)
    wrong = []
    for name in imports_of(file):
        top, _, rest = name.partition(".")
        if top in VIEW_LIBRARIES and room not in VIEW_LIBRARIES[top]:
            wrong.append(f"{file.relative_to(root)} imports {name}: {top} belongs to {sorted(VIEW_LIBRARIES[top])}")
        if top not in ROOMS or top in MAY_IMPORT[room]:
            continue
        values_only = top == "geodata" and "geodata values" in MAY_IMPORT[room]
        # A room's command line stands at its edge: it may open the ledger to hand values to the room.
        edge = file.name == "__main__.py" and top == "geodata"
        if edge or (values_only and rest.split(".")[0] in VALUE_MODULES):
            continue
        wrong.append(f"{file.relative_to(root)} imports {name}, against the flow")
    return wrong


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_follow_the_flow_of_data(file):
    assert arrows_not_allowed(file) == []


def test_an_import_against_the_flow_is_noticed(tmp_path):
    (tmp_path / "geodata").mkdir()
    wrong = tmp_path / "geodata" / "ledger.py"
    wrong.write_text("import folium\nimport routes.reduce\n", encoding="utf-8")
    assert len(arrows_not_allowed(wrong, tmp_path)) == 2


ORDER = {
    "geodata": (
        "errors sentences whole doors incident hexes coast places facts terrain mentions gazetteer toponyms view "
        "strata settings angles projections coordinates times timeguesses repairs origins identity revisions datafiles "
        "batches ledger limits texts chunks positions archives separated documents markup seal confined columnar "
        "workbooks vectors readings profiles check modes spool refusals ingest editions changes upkeep guesses "
        "mappings receipts inbox sources fetch pulls links verdicts register theatre networks export demo table"
    ),
    "routes": (
        "corridors sphere statements cube domain index density ridges chains tails blobs heaps bridges graph support "
        "refine passages centrelines assignment roles names evidence attributes air reduce members young voyages "
        "sealines hubs crossings ways journeys selection flow overlay stretches named passes movement itineraries "
        "layout network bases counting records identity standing completeness hierarchy series arrears change alarms "
        "findings shifts hotspots windows comparison surveys"
    ),
    "layers": (
        "words asset palette steps hexmesh points part basemap actions changes alerts arrivals camera card corridors "
        "countries graticule hexes hotspots hubs incidents keys labels legend ranking search status timebar watch "
        "monitor snapshot exports"
    ),
    "desk": "tokens",
    "pages": (
        "words uploads years builder workspace startup intake grids spans outcomes live service kept filters headers "
        "notices tables listing portraits neighbours figures catalogue batches columns wizard beliefs amendments "
        "method monitor corridors countries incidents changes assumptions stamps dashboard"
    ),
}
"""Every module of a room, each importing only what stands before it."""


@pytest.mark.parametrize("room", ORDER)
def test_modules_of_a_room_import_only_what_stands_before_them(room):
    order = ORDER[room].split()
    assert sorted(order) == sorted(file.stem for file in (ROOT / room).glob("*.py") if not file.stem.startswith("__"))
    for later, name in enumerate(order):
        for imported in imports_of(ROOT / room / f"{name}.py"):
            top, _, rest = imported.partition(".")
            if top == room and rest:
                assert rest.split(".")[0] in order[:later], f"{room}.{name} imports {imported}"
