"""The words of what is shown, in the reader's language.

English stands in the code and is the key; every other language is a gettext catalogue, ``languages/<code>.po``, which
is read as it is; an installation may add its own (``ROUTES_LANGUAGES``). Names of countries are those of the Unicode
CLDR, through Babel; those of places are ``geodata.places.exonyms``.
"""

# Texts here are said on the map.
# Texts here are said in reports.

from __future__ import annotations

import gettext
import io
import json
import logging
import math
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_percent, get_decimal_symbol, get_group_symbol

from geodata.core.errors import WrongValue
from geodata.core.messages import Country, Sentence, mark
from geodata.core.settings import Settings
from geodata.places.exonyms import exonyms
from geodata.places.lookup import countries, country_name

SOURCE = "en"
LANGUAGES = Path(__file__).parent.parent / "languages"
REPORTS = "reports"
"""The folder in it of languages that only reports are written in."""
ON_THE_MAP = "said on the map"
"""The comment of a text in a catalogue that the map says, be it by a script or out of what the server tells it.

Texts of scripts have it, and those of a module in which a line says so: ``# Texts here are said on the map.``
"""
IN_REPORTS = "said in reports"
"""The comment of a text that reports say, in which they speak languages that the screens do not."""
_LOG = logging.getLogger(__name__)
_LATIN = re.compile("[A-Za-z0-9]")

_ABOUT = {
    "near ": mark("{place} (near)"),
    "off ": mark("{place} (off its coast)"),
    "inland ": mark("{place} (inland)"),
    "the open sea": mark("the open sea"),
}
"""How the words for an end of a route begin that lies in no town (``routes.attribution.naming``), and what is said."""
_NUMBER = re.compile(r" \(\d+\)$")
DOMAIN = (
    *(mark("land"), mark("sea"), mark("air"), mark("unknown")),
    *(mark("death"), mark("interception"), mark("smuggling"), mark("trafficking"), mark("seizure")),
    *(mark("piracy"), mark("detection"), mark("rescue"), mark("other")),
    *(mark("north"), mark("north-east"), mark("east"), mark("south-east")),
    *(mark("south"), mark("south-west"), mark("west"), mark("north-west")),
    *(mark("source"), mark("transit"), mark("destination")),
    *(mark("town"), mark("port"), mark("island"), mark("airport"), mark("strait"), mark("river"), mark("region")),
    *(mark("province"), mark("district"), mark("coast"), mark("desert")),
    *(mark("one way"), mark("both ways"), mark("direction unclear")),
    *(mark("Central Mediterranean"), mark("Western African (Canary Islands)"), mark("Western Mediterranean")),
    *(mark("Eastern Mediterranean"), mark("Libya to Crete"), mark("Western Balkans"), mark("Eastern land border")),
    *(mark("Channel"), mark("Sahara"), mark("Iran to Türkiye"), mark("Afghanistan to Iran"), mark("Darien")),
    *(mark("Eastern route from the Horn of Africa"), mark("Southern route from the Horn of Africa")),
    *(mark("Northern route from the Horn of Africa"), mark("Central America"), mark("Mexico to the United States")),
    *(mark("Caribbean"), mark("Venezuela to Trinidad"), mark("Bay of Bengal and Andaman Sea")),
    mark("Comoros to Mayotte"),
)
"""Words that come out of the data and are shown by ``say``."""


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that there are, English first."""
    return (SOURCE, *sorted(_catalogues()))


@cache
def report_languages() -> tuple[str, ...]:
    """Return the codes of the languages that reports are written in: those of the screens first, then others."""
    return (*languages(), *sorted(_catalogues(REPORTS).keys() - _catalogues().keys()))


@cache
def _catalogues(part: str = "") -> dict[str, Catalog]:
    """Return the catalogues by language, those of the installation in place of ours; one that is broken is left out."""
    found = {}
    for folder in filter(None, (LANGUAGES, Settings().languages)):
        for file in sorted((folder / part).glob("*.po")):
            try:
                with file.open("rb") as content:
                    found[file.stem] = read_po(content, locale=file.stem, abort_invalid=True)
            except (OSError, ValueError, PoFileError, UnknownLocaleError) as error:
                _LOG.warning("%s: %s; a catalogue is a gettext file; this language is not offered", file.name, error)
    return found


def language_named(code: str, among: tuple[str, ...] | None = None) -> str:
    """Return the code of a language that there is, on the screens unless others are named, or refuse another."""
    offered = languages() if among is None else among
    if code not in offered:
        rule = f"there are {', '.join(offered)}"
        raise WrongValue(f"there is no language {code[:20]!r}", rule=rule, done="nothing was made", where="--language")
    return code


def nearest(wanted: str) -> str:
    """Return the first language that there is of those that a browser names (``Accept-Language``), else English."""
    for part in wanted.split(","):
        code = part.partition(";")[0].strip().replace("_", "-").partition("-")[0].lower()
        if code in languages():
            return code
    return SOURCE


@cache
def words(language: str) -> Words:
    """Return the words of one of ``languages`` or ``report_languages``."""
    if language == SOURCE:
        return Words(language, Catalog(locale=SOURCE))
    return Words(language, _catalogues().get(language) or _catalogues(REPORTS)[language])


@dataclass(frozen=True, eq=False)
class Words:
    """One language."""

    language: str
    catalogue: Catalog

    @cached_property
    def locale(self) -> Locale:
        """Return what the CLDR holds of it; English is that of Europe."""
        return Locale.parse("en_GB" if self.language == SOURCE else self.language)

    @cached_property
    def _texts(self) -> gettext.NullTranslations:
        if self.language == SOURCE:
            return gettext.NullTranslations()
        content = io.BytesIO()
        write_mo(content, self.catalogue)
        content.seek(0)
        return gettext.GNUTranslations(content)

    @property
    def name(self) -> str:
        """Return its own name for itself."""
        return (Locale.parse(self.language).get_display_name() or self.language).capitalize()

    @property
    def direction(self) -> str:
        """Return ``ltr`` or ``rtl``."""
        return self.locale.text_direction

    def say(self, text: str, values: Mapping[str, Any]) -> str:
        """Return a text with ``{name}`` replaced by values; whole numbers get their separators.

        A sentence that was kept is said anew, from what it was made of.
        """
        if isinstance(text, Country):
            return self.country(text.iso3)
        if isinstance(text, Sentence):
            return self._said_anew(text)
        return self._filled(self._texts.gettext(text) if text else "", values)

    def _said_anew(self, kept: Sentence) -> str:
        if self.language == SOURCE:
            return str(kept)
        if kept.many:
            return self.counted(kept.text, kept.many, kept.values["count"], kept.values)
        return self.say(kept.text, kept.values)

    def counted(self, one: str, many: str, count: int, values: Mapping[str, Any]) -> str:
        """Return the form for a number, which stands in it as ``{count}``."""
        return self._filled(self._texts.ngettext(one, many, count), {"count": count, **values})

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with so many digits behind the point, and separators."""
        return self._written(f"{value:,.{digits}f}")

    def apart(self, value: str) -> str:
        """Return what stands in a text, set apart from its direction where that runs from right to left."""
        return f"\u2068{value}\u2069" if self.direction == "rtl" and _LATIN.search(value) else value

    def roughly(self, value: float) -> str:
        """Return a number with its first two digits: 0.053, 8.9, 1e+02."""
        return self._written(f"{value:.2g}")

    def written(self, value: Any, form: str) -> str:
        """Return a value as it stands in a text; ``form`` is a format of Python, in which English writes it."""
        if isinstance(value, str):
            return format(self.say(value, {}) if isinstance(value, (Sentence, Country)) else self.apart(value), form)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return format(value, form)
        figures = format(value, form or ("," if isinstance(value, int) else ""))
        if form.endswith("%"):
            share = Decimal(figures.rstrip("%").replace(",", "")) / 100
            return format_percent(share, locale=self.locale, decimal_quantization=False)
        return self._written(figures)

    def _written(self, figures: str) -> str:
        group, point = get_group_symbol(self.locale), get_decimal_symbol(self.locale)
        return figures.translate({ord(","): group, ord("."): point})

    def span(self, first: date, last: date, skeleton: str = "yMMM") -> str:
        """Return the months of two days, or by ``yMMMd`` the days, as the map's time bar writes them."""
        names = [format_skeleton(skeleton, day, locale=self.locale) for day in (first, last)]
        return names[0] if names[0] == names[1] else " – ".join(names)

    def percent(self, share: float) -> str:
        """Return a share of one in whole percent."""
        return format_percent(share, locale=self.locale)

    def country(self, iso3: str) -> str:
        """Return the name of a country, its code where it has none."""
        known = None if self.language == SOURCE else countries().get(iso3)
        return (known and self.locale.territories.get(known.iso2)) or country_name(iso3)

    @cached_property
    def places(self) -> dict[str, str]:
        """Return what places and countries are called, by their English or local names; those that have the same not.

        A name that several places have, and that they are not called alike, is not among them.
        """
        if self.language == SOURCE:
            return {}
        named = {country.name: self.country(iso3) for iso3, country in countries().items()}
        return {name: own for name, own in {**named, **exonyms(self.language)}.items() if own != name}

    def place(self, name: str) -> str:
        """Return what a place is called, its own name where no other is known."""
        return self.places.get(name, name)

    def route(self, name: str) -> str:
        """Return the name of a route with its ends as they are called: "Méditerranée centrale: Alger - Cagliari".

        A sentence that was kept, as the names of countries and modes are, is said anew.
        """
        if self.language == SOURCE or isinstance(name, Sentence):
            return self.say(name, {})
        plain = _NUMBER.sub("", name)
        known, colon, ends = plain.rpartition(": ")
        if not colon and " - " not in ends and self.say(ends, {}) != ends:
            return self.say(ends, {}) + name[len(plain) :]
        said = [self._end(end) for end in ends.split(" - ")]
        if not all(map(_LATIN.search, said)):
            said = [self.apart(end) for end in said]
        return self.say(known, {}) + colon + " - ".join(said) + name[len(plain) :]

    def _end(self, words: str) -> str:
        about = next((begun for begun in _ABOUT if words.startswith(begun)), None)
        return self.say(_ABOUT[about], {"place": self.place(words[len(about) :])}) if about else self.place(words)

    def module(self) -> str:
        """Return the module in place of ``assets/dictionary.js``: its texts, and the names of countries and places."""
        held = [message for message in self.catalogue if message.id and ON_THE_MAP in message.auto_comments]
        told = {
            "language": self.language,
            "direction": self.direction,
            "texts": {
                one: list(message.string) if isinstance(message.string, (list, tuple)) else [message.string]
                for message in held
                for one in [message.id[0] if isinstance(message.id, (list, tuple)) else message.id]
            },
            "countries": {iso3: self.country(iso3) for iso3 in countries()},
            "places": self.places,
        }
        return f"export const dictionary = {json.dumps(told, ensure_ascii=False, sort_keys=True)};"

    def _filled(self, text: str, values: Mapping[str, Any]) -> str:
        return _Filler(self).vformat(text, (), values) if values else text


class _Filler(string.Formatter):
    """Fills a text with values as one language writes them."""

    def __init__(self, spoken: Words) -> None:
        self._spoken = spoken

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value as it is written."""
        return self._spoken.written(value, format_spec)


def spelt_out(value: Any) -> Any:
    """Return a text that was kept as the map takes it, by ``sayKept``: with what it was made of."""
    if isinstance(value, Country):
        return {"country": value.iso3, "name": str(value)}
    if isinstance(value, Sentence):
        values = {name: spelt_out(own) for name, own in value.values.items()}
        return {"text": value.text, "values": values} | ({"many": value.many} if value.many else {})
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
