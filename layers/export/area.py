"""Where an export is of, beside its View: countries, a pair of countries, routes, or the polygons of a file."""

# Texts here are said in reports.

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import polars as pl
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.core.errors import WrongValue
from geodata.core.messages import Country, sentence, series
from geodata.places.lookup import country_code, country_name, folded
from layers.export.drawn_areas import areas_of
from routes.core.corridor import Corridor

_LARGEST = 32 * 2**20
_CODES = re.compile(r"[A-Z]{3}(,[A-Z]{3})?")


@dataclass(frozen=True, slots=True)
class Area:
    """Part of the world.

    Attributes
    ----------
    words : str
        What it is called, "" for everywhere.
    holds : function of incidents, or None
        Returns those that lie in it.
    touches : function of a corridor, or None
        Tells whether it runs through it.
    with_crossings : bool
        Whether incidents at sea belong to it that lie in the corridor of a route that touches it: a country has no part
        of the sea, and its crossings would count none.
    """

    words: str = ""
    holds: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    touches: Callable[[Corridor], bool] | None = None
    with_crossings: bool = False


EVERYWHERE = Area()


def area_of(countries: Sequence[str] = (), between: tuple[str, str] | None = None, file: Path | None = None) -> Area:
    """Return the area that is asked for; at most one way of asking is allowed.

    Parameters
    ----------
    countries : sequence of str
        Names or codes: incidents in any of them, routes that any of them is a part of, and incidents at sea on these.
    between : (start, goal), optional
        Two countries: routes that both are a part of, and the incidents that lie in their corridors.
    file : Path, optional
        GeoJSON, GeoPackage, KML or a zipped Shapefile with polygons, in a system that it names.

    Raises
    ------
    WrongValue
        If a country is unknown, the polygons are unfit, or several ways are mixed.
    """
    if sum(map(bool, (countries, between, file))) > 1:
        raise WrongValue(
            "--country, --between and --area together",
            rule="an area is asked for in one way",
            done="nothing was written",
        )
    if between is not None:
        start, goal = (_code(name, "--between") for name in between)
        pair = sentence("between {start} and {goal}", start=_named(start), goal=_named(goal))
        return Area(pair, None, lambda one: {start, goal} <= {country.iso3 for country in one.countries})
    if countries:
        codes = sorted({_code(name, "--country") for name in countries})
        words = series(map(_named, codes))
        return Area(
            words,
            lambda rows: rows.filter(pl.col("country").is_in(codes)),
            lambda one: any(country.iso3 in codes for country in one.countries),
            with_crossings=True,
        )
    if file is not None:
        return within(_polygons(file), file.name)
    return EVERYWHERE


def area_asked(text: str, routes: Sequence[Corridor]) -> Area:
    """Return the area that a View asks for.

    Parameters
    ----------
    text : str
        As in ``View.area``: ``LBY``, ``LBY,ITA``, ``name~code``, or the name of a known route.
    routes : sequence of Corridor
        Those that there are.

    Raises
    ------
    WrongValue
        If there is no such area.
    """
    if not text:
        return EVERYWHERE
    if "~" in text:
        drawn = areas_of([text])[0]
        return within(shapely.Polygon(drawn.corners), drawn.name)
    if _CODES.fullmatch(text):
        start, _, goal = text.partition(",")
        return area_of(between=(start, goal)) if goal else area_of([start])
    if text not in known_routes(routes):
        rule = "an area is a country as LBY, two as LBY,ITA, a known route, or one that was drawn"
        raise WrongValue(f"{text[:60]!r} is no area", rule=rule, done="nothing was counted", where="in")
    return Area(text, None, lambda one: text in one.route.split(", "))


def known_routes(routes: Sequence[Corridor]) -> tuple[str, ...]:
    """Return the names of the known routes that some routes are part of, sorted."""
    return tuple(sorted({name for one in routes for name in one.route.split(", ")} - {""}))


def routes_named(asked: Sequence[str], routes: Sequence[Corridor]) -> Area:
    """Return the area of some routes: these, and the incidents that lie in their corridors.

    Parameters
    ----------
    asked : sequence of str
        Ids, or names or parts of names that only one route has.
    routes : sequence of Corridor
        Those that there are.

    Raises
    ------
    WrongValue
        If no route or several have such a name.
    """
    found = [_route(text, routes) for text in asked]
    ids = frozenset(one.corridor_id for one in found)
    return Area(", ".join(one.name for one in found), None, lambda one: one.corridor_id in ids)


def _route(text: str, routes: Sequence[Corridor]) -> Corridor:
    key = folded(text)
    exact = [one for one in routes if text == one.corridor_id or key == folded(one.name)]
    fits = exact or [one for one in routes if key and key in folded(one.name)]
    if len(fits) != 1:
        names = "; ".join(one.name for one in fits[:3])
        what = f"{text[:60]!r} is no route" if not fits else f"{text[:60]!r} may be {len(fits)} routes, as {names}"
        rule = "a route is its id, or a part of a name that no other has"
        raise WrongValue(what, rule=rule, done="nothing was written", where="--route")
    return fits[0]


def within(shape: shapely.Geometry, name: str) -> Area:
    """Return the area of a polygon: incidents that lie in it, and routes that run through it.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        In degrees, lon before lat; valid.
    name : str
    """
    shapely.prepare(shape)

    def holds(rows: pl.DataFrame) -> pl.DataFrame:
        lon, lat = (rows[axis].fill_null(np.nan).to_numpy() for axis in ("lon", "lat"))
        return rows.filter(pl.Series(shapely.contains_xy(shape, lon, lat)))

    def touches(one: Corridor) -> bool:
        return any(shapely.intersects(shape, shapely.LineString(line)) for line in one.lines)

    return Area(sentence("within {name}", name=name), holds, touches)


def _named(code: str) -> Country:
    return Country(country_name(code), code)


def _code(name: str, where: str) -> str:
    code = country_code(name)
    if code is None:
        raise WrongValue(
            f"{name!r} is no country that is known",
            rule="a country is its name or its ISO 3166-1 alpha-3 code",
            done="nothing was written",
            where=where,
        )
    return code


def _polygons(path: Path) -> shapely.Geometry:
    """Return the polygons of a file as one, in degrees."""
    rule = "an area is a file of polygons: GeoJSON, GeoPackage, KML or a zipped Shapefile"
    if not path.is_file() or path.stat().st_size > _LARGEST:
        what = "there is no such file" if not path.is_file() else f"it is larger than {_LARGEST >> 20} MB"
        raise WrongValue(what, rule=rule, done="nothing was written", where=path.name)
    try:
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # of what is refused below
            frame = gpd.read_file(path)
    except (DataSourceError, DataLayerError, ValueError, shapely.GEOSException) as error:
        what = f"it cannot be read ({str(error).partition(chr(10))[0][:120]})"
        raise WrongValue(what, rule=rule, done="nothing was written", where=path.name) from None
    shapes = (
        frame.geometry[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])] if len(frame) else frame.geometry
    )
    shapes = shapes[~shapes.is_empty]
    if shapes.empty:
        raise WrongValue("it holds no polygon", rule=rule, done="nothing was written", where=path.name)
    if shapes.crs is not None:
        shapes = shapes.to_crs(4326)
    if not shapes.is_valid.all():
        raise WrongValue(
            "one of its polygons is not valid (its outline crosses itself)",
            rule="repair it, as QGIS does with Fix geometries",
            done="nothing was written",
            where=path.name,
        )
    return shapely.union_all(shapes.to_numpy())
