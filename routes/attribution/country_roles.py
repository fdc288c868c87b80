"""Roles of countries along a corridor: where people come from, pass through and are led to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from geodata.places.lookup import airport_named, countries_at, country_code, nearest_country
from routes.core.corridor import CountryRole
from routes.core.geodesy import Vectors, lonlat, resampled
from routes.core.params import AttributionParams

_SAMPLE_KM = 25.0
_FIXED_POINT = 10**6


def countries_of(
    touched: Sequence[str], stated: pl.DataFrame, params: AttributionParams
) -> tuple[tuple[CountryRole, ...], bool]:
    """Return the countries of a corridor in the order of travel, and whether its line must be turned to follow it.

    Sources are the countries that incidents name as origins, destinations those that they name as such; what the line
    touches besides is transit. Nothing is guessed from the order of the line alone.

    Parameters
    ----------
    touched : sequence of ISO 3166-1 alpha-3 codes
        The countries along the line.
    stated : DataFrame
        What the incidents of the corridor state: origins, departure, destination and, as ``incidents``, how many do.
    params : AttributionParams
    """
    sources = _sources(stated, params)
    departures, destinations = (_named(stated, column, params) for column in ("departure", "destination"))
    turned = _runs_backwards(touched, [*sources, *departures], destinations)
    along = touched[::-1] if turned else touched
    away = [code for code in sources if code not in along]
    ahead = [code for code in destinations if code not in along and code not in away]
    found = [CountryRole(code, "source") for code in away]
    for code in along:
        if code in destinations:
            found.append(CountryRole(code, "destination"))
        else:
            found.append(CountryRole(code, "source" if code in sources else "transit"))
    found += [CountryRole(code, "destination") for code in ahead]
    return tuple(found), turned


def touched_over_land(path: Vectors) -> list[str]:
    """Return the countries below a line of shape (n, 3), in its order."""
    points = lonlat(resampled(path, _SAMPLE_KM))
    return _once(countries_at(points[:, 0], points[:, 1]))


def touched_at_sea(path: Vectors, params: AttributionParams) -> list[str]:
    """Return the countries near the two ends of a line of shape (n, 3); those that it passes at sea do not count."""
    ends = lonlat(path[[0, -1]])
    return _once(nearest_country(ends[:, 0], ends[:, 1], params.offshore_km))


def _sources(stated: pl.DataFrame, params: AttributionParams) -> list[str]:
    """Return the countries of origin with a fair share of those stated, largest first.

    Weights are summed as fixed-point integers: thirds of an origin add up to the same in every order of rows.
    """
    shares = (
        stated.select("incidents", "origins")
        .explode("origins")
        .drop_nulls("origins")
        .unnest("origins")
        .drop_nulls()
        .with_columns((pl.col("weight") * _FIXED_POINT).round().cast(pl.Int64) * pl.col("incidents"))
        .group_by("iso3")
        .agg(pl.col("weight").sum())
        .filter(pl.col("weight") >= params.source_share * pl.col("weight").sum(), pl.col("weight") > 0)
        .sort("weight", "iso3", descending=[True, False])
    )
    return shares["iso3"].head(params.most_sources).to_list()


def _named(stated: pl.DataFrame, column: str, params: AttributionParams) -> list[str]:
    """Return the countries that a column names in at least ``source_share`` of the rows that state one, most first."""
    counted = stated.drop_nulls(column).group_by(column).agg(pl.col("incidents").sum())
    named: dict[str, int] = {}
    for words, number in counted.iter_rows():
        airport = airport_named(words)
        code = country_code(words) or (airport.iso3 if airport else None)
        if code:
            named[code] = named.get(code, 0) + number
    total = sum(named.values())
    return sorted(
        (code for code, number in named.items() if number >= params.source_share * total),
        key=lambda c: (-named[c], c),
    )


def _once(codes: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(code for code in codes if code))


def _runs_backwards(touched: Sequence[str], earlier: Iterable[str], later: Iterable[str]) -> bool:
    """Tell whether the countries where journeys begin lie after those where they end."""
    place = {code: number for number, code in enumerate(touched)}
    begin = [place[code] for code in earlier if code in place]
    end = [place[code] for code in later if code in place]
    if begin and end:
        return sum(begin) / len(begin) > sum(end) / len(end)
    middle = (len(touched) - 1) / 2
    if begin:
        return sum(begin) / len(begin) > middle
    return bool(end) and sum(end) / len(end) < middle
