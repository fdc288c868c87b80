"""The base map: Natural Earth countries, drawn by ourselves from our own server."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part

ATTRIBUTION = "Natural Earth · GeoNames · H3"
DETAIL_FROM_ZOOM = 4


class BaseMap(Part):
    """Sea, land, coast, borders and graticule: 1:110m far out, 1:50m from ``DETAIL_FROM_ZOOM`` on."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("basemap.js")]

    def __init__(self) -> None:
        urls = {scale: f"/data/basemap/{scale}" for scale in ("110m", "50m")}
        super().__init__(urls=urls, detail_from=DETAIL_FROM_ZOOM)
