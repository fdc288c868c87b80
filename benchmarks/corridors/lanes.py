"""Real sea lanes: incidents made up along the lines of the network of the package ``searoute``, inside two boxes."""

from __future__ import annotations

import json
import zlib
from functools import cache
from importlib.resources import files

import numpy as np
import shapely

from benchmarks.corridors.networks import evenly
from benchmarks.corridors.regions import TRUTH_STEP_KM, Box
from benchmarks.corridors.worlds import World, around, clutter, dated
from routes.core.geodesy import Vectors, normalised, unit_vectors

BOXES = {"Arabian Sea": Box(40, 0, 80, 30), "Caribbean": Box(-88, 9, -61, 23)}
SIZES = 20_000, 100_000
SIGMA_KM = 10.0
CLUTTER = 0.2


def lane_world(name: str, incidents: int, seed: int) -> World:
    """Make incidents along the lanes of a box, evenly by length, and clutter all over its sea."""
    random = np.random.default_rng([seed, zlib.crc32(name.encode())])
    stray = round(incidents * CLUTTER)
    lines = lanes(name)
    steps = np.concatenate([_steps(line) for line in lines])
    own = steps[random.choice(len(steps), incidents - stray)]
    places, fits = around(random, own, SIGMA_KM, "sea")
    while not fits.all():
        again = np.flatnonzero(~fits)
        own[again] = steps[random.choice(len(steps), len(again))]
        places[again], fits[again] = around(random, own[again], SIGMA_KM, "sea")
    everywhere = clutter(random, BOXES[name], "sea", stray, 0)
    return World(name, "sea", dated(random, np.concatenate([places, everywhere])), lines)


@cache
def lanes(name: str) -> tuple[Vectors, ...]:
    """Return the lines of the network inside a box."""
    text = files("searoute").joinpath("data", "marnet_searoute.geojson").read_text(encoding="utf-8")
    box = BOXES[name]
    frame = shapely.box(box.west, box.south, box.east, box.north)
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in json.loads(text)["features"]]
    parts = shapely.get_parts(shapely.intersection(shapely.get_parts(shapes), frame))
    lines = [shapely.get_coordinates(part) for part in parts if part.geom_type == "LineString" and part.length > 0]
    return tuple(_along_great_circles(line) for line in lines)


def _along_great_circles(corners: np.ndarray) -> Vectors:
    return unit_vectors(corners[:, 0], corners[:, 1])


def _steps(line: Vectors) -> Vectors:
    """Return the middles of equal steps along a line, so that every kilometre of every lane has the same chance."""
    ends = evenly(line, TRUTH_STEP_KM / 4)
    return normalised(ends[:-1] + ends[1:])
