"""Names of countries in English, French, Spanish, Italian and German, from the Unicode CLDR through Babel."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from babel import Locale

LANGUAGES = ("en", "fr", "es", "it", "de")


def country_names(countries: Iterable[dict[str, str]]) -> pl.DataFrame:
    """Return iso3, language, name: what the CLDR calls each country of ``countries.csv`` in each language."""
    rows = [
        (country["iso3"], language, Locale(language).territories[country["iso2"]])
        for country in countries
        for language in LANGUAGES
        if country["iso2"] in Locale(language).territories
    ]
    return pl.DataFrame(rows, schema={"iso3": pl.String, "language": pl.String, "name": pl.String}, orient="row")
