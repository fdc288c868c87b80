"""Pictures of the map made without a browser."""

import io
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest
from PIL import Image

from geodata.model.incident import SYNTHETIC_SOURCE
from layers.audience.audiences import AUDIENCES, OWN
from layers.payload.hex_tiles import WORLD
from layers.reports.frame import Frame, mercator
from layers.reports.sheet import mapped, png, svg

SVG = "{http://www.w3.org/2000/svg}"


def texts(content: bytes) -> list[str]:
    return [node.text or "" for node in ET.fromstring(content).iter(f"{SVG}text")]


def test_a_picture_says_its_mark_period_routes_credits_and_what_it_was_made_from(year):
    told = texts(svg(year()))
    assert "TLP:AMBER" in told
    assert "2024-01-01 – 2024-12-31 · 18 incidents · 3 routes" in told
    assert {"Sfax – Lampedusa", "9", "Zuwarah – Lampedusa", "6"} <= set(told)
    assert any("Coast guard (CC BY 4.0) · export x-" in text for text in told)


def test_a_hostile_name_is_a_text_and_nothing_else(year):
    tags = {node.tag for node in ET.fromstring(svg(year())).iter()}
    assert tags <= {
        f"{SVG}{name}" for name in ("svg", "g", "defs", "clipPath", "rect", "path", "circle", "text", "title")
    }


def test_a_picture_of_made_up_incidents_says_so(year):
    export = year()
    made_up = export.incidents.with_columns(pl.lit(SYNTHETIC_SOURCE).alias("source"))
    assert "SYNTHETIC DEMONSTRATION DATA" in texts(svg(replace(export, incidents=made_up)))
    assert "SYNTHETIC DEMONSTRATION DATA" not in texts(svg(export))


def test_letters_that_no_picture_can_hold_are_left_out(year):
    assert "Smuggling routes: within abc" in texts(svg(year(area="within a\x00b\x01c")))
    assert png(year(area="within a\x02b")).startswith(b"\x89PNG")


def test_partners_get_no_small_counts_and_are_told_so(year):
    told = texts(svg(year(), AUDIENCES["partner"]))
    assert "Zuwarah – Lampedusa" not in told
    assert any(text.startswith("Counts are rounded to the nearest 5") for text in told)


def test_a_png_is_twice_as_sharp_as_its_size_and_shows_the_sea_and_a_line(year):
    image = Image.open(io.BytesIO(png(year())))
    assert image.size == (3200, 1800)
    colours = {colour for _, colour in image.convert("RGB").getcolors(maxcolors=2**20)}
    assert {(0xDC, 0xE5, 0xEB), (0x00, 0x5F, 0x9E)} <= colours


def test_dark_pictures_have_the_colours_of_the_dark_map(year):
    assert b"#0b131c" in svg(year(), OWN, "en", "dark")


def test_each_number_stands_on_its_line_or_has_a_leader_and_none_covers_another(year):
    drawing = mapped(year(), OWN, "en", (900, 600)).drawing
    drawing.body()
    dots = drawing.taken[:3]
    for at, one in enumerate(dots):
        assert all(one[2] <= b[0] or one[0] >= b[2] or one[3] <= b[1] or one[1] >= b[3] for b in dots[:at])


def test_a_frame_holds_what_it_is_laid_around_in_the_middle():
    places = mercator(np.array([[10.0, 30.0], [20.0, 40.0]]))
    frame = Frame.around(places, 400, 200, 0.0)
    (x0, y1), (x1, y0) = frame.pixels(places)
    assert (round(y0), round(y1)) == (0, 200)
    assert round(x0 + x1) == 400
    assert frame.ten_degrees == pytest.approx(WORLD / 36 * frame.scale)


def test_a_route_across_180_degrees_is_drawn_in_one_piece():
    parts = [
        mercator(np.array(line)) for line in ([[170.0, -18.0], [180.0, -17.0]], [[-180.0, -17.0], [-172.0, -14.0]])
    ]
    frame = Frame.around(np.concatenate(parts), 900, 500, 0.1)
    (west, end), (begin, east) = (frame.pixels(part)[:, 0] for part in parts)
    assert 0 < west < end < east < 900
    assert begin == pytest.approx(end)
    assert frame.ten_degrees > 300  # not the whole world for eighteen degrees


def test_a_kilometre_is_longer_in_pixels_away_from_the_equator():
    equator = Frame(360, 100, -WORLD / 2, -50 * WORLD / 360, 360 / WORLD)
    north = Frame(360, 100, -WORLD / 2, float(mercator(np.array([[0.0, 60.0]]))[0, 1]) - 50 * WORLD / 360, 360 / WORLD)
    assert equator.km_pixels == pytest.approx(360 / 40_075)
    assert north.km_pixels == pytest.approx(2 * equator.km_pixels)  # 1 / cos 60°
