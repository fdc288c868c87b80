"""Colours that must be told apart are, also by those who see red, green or blue less.

Deficiencies are simulated as by Machado, Oliveira and Fernandes (2009, severity 1); differences are CIEDE2000.
"""

from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from layers.palette import palette

SEEN = {
    "all colours": np.eye(3),
    "less red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "less green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "less blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
LEAST = 20.0


def as_seen(colour: str, matrix: object) -> np.ndarray:
    """Return a colour "#rrggbb" in Lab as it is seen under a deficiency."""
    code = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(matrix) @ light, 0, 1)
    return rgb2lab(np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055))


def difference(one: str, other: str, matrix: object) -> float:
    return float(deltaE_ciede2000(as_seen(one, matrix), as_seen(other, matrix)))


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_modes_rises_and_falls_and_lines_on_their_ground_are_told_apart(theme, seen):
    colours = palette()[theme]
    mode, change, spot = colours["mode"], colours["change"], colours["spot"]
    pairs = [*combinations(mode.values(), 2), (spot["hot"], spot["cold"])]
    pairs += [(change[rise], change[fall]) for rise in ("born", "growing") for fall in ("fading", "gone")]
    pairs += [(line, colours[ground]) for line in mode.values() for ground in ("land", "sea")]
    near = {pair: round(own, 1) for pair in pairs if (own := difference(*pair, SEEN[seen])) < LEAST}
    assert near == {}
