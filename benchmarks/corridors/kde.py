"""Peer: kernel density on a plane, Otsu's threshold, skeleton; what a GIS user does with scikit-image."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from skimage.filters import threshold_otsu
from skimage.morphology import skeletonize

from benchmarks.corridors.planes import Plane
from benchmarks.corridors.skeletons import cleaned
from benchmarks.corridors.worlds import World
from routes.core.geodesy import Vectors, unit_vectors

PIXEL_KM = 5.0
MARGIN_BANDWIDTHS = 5.0
LEAST_COUNT = 0.5
BANDWIDTHS_KM = 10.0, 15.0, 20.0, 28.0


def kde_skeleton(world: World, bandwidth_km: float) -> list[Vectors]:
    """Return the skeleton of where incidents are dense.

    Parameters
    ----------
    bandwidth_km : float, km
        Standard deviation of the Gaussian kernel.
    """
    places = unit_vectors(world.incidents["lon"].to_numpy(), world.incidents["lat"].to_numpy())
    plane = Plane.around(places)
    flat = plane.flat(places)
    low = flat.min(axis=0) - MARGIN_BANDWIDTHS * bandwidth_km
    pixels = ((flat - low) / PIXEL_KM).astype(np.int64)
    wide, high = pixels.max(axis=0) + int(MARGIN_BANDWIDTHS * bandwidth_km / PIXEL_KM)
    counts = np.bincount(pixels[:, 1] * wide + pixels[:, 0], minlength=wide * high).reshape(high, wide)
    smooth = gaussian_filter(counts.astype(np.float32), bandwidth_km / PIXEL_KM)
    in_kernel = smooth * (4 * np.pi * bandwidth_km**2 / PIXEL_KM**2)
    threshold = np.exp(threshold_otsu(np.log(in_kernel[in_kernel > LEAST_COUNT])))
    rows = np.argwhere(skeletonize(in_kernel > threshold))
    if len(rows) < 2:
        return []
    edges = cKDTree(rows).query_pairs(1.5, output_type="ndarray").astype(np.int64)
    return cleaned(edges, plane.sphere(low + (rows[:, ::-1] + 0.5) * PIXEL_KM))
