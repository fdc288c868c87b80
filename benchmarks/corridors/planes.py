"""A plane for peers that know no sphere: Lambert's azimuthal equal-area projection around the data, km."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyproj import Transformer

from routes.core.geodesy import Floats, Vectors, lonlat, normalised, unit_vectors


@dataclass(frozen=True, slots=True)
class Plane:
    """A projection."""

    transformer: Transformer
    definition: str

    @classmethod
    def around(cls, places: Vectors) -> Plane:
        """Return the plane around the middle of places."""
        lon, lat = lonlat(normalised(places.mean(axis=0)[None, :]))[0]
        definition = f"+proj=laea +lat_0={lat} +lon_0={lon} +units=km"
        return cls(Transformer.from_crs("EPSG:4326", definition, always_xy=True), definition)

    def flat(self, places: Vectors) -> Floats:
        """Return places as east, north, km, (n, 2)."""
        return np.column_stack(self.transformer.transform(*lonlat(places).T))

    def sphere(self, flat: Floats) -> Vectors:
        """Return places of the plane as unit vectors."""
        return unit_vectors(*self.transformer.transform(flat[:, 0], flat[:, 1], direction="INVERSE"))
