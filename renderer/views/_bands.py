"""The shades of a landscape's levels, in filled contours of one colour or on a colour map."""

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib import colormaps

from ravine.renderer.canvas import rgb
from ravine.renderer.style import Theme, mixed

BANDS = 22
_STRONGEST = 0.9
"""The share of a given colour in the highest filled contour."""


def band_colours(theme: Theme, bands: int, colour: str = "") -> UInt8[np.ndarray, "bands 3"]:
    """The shades of the filled contours, from the deepest; with a colour, from none of it to nearly all."""
    if colour:
        shares = np.linspace(0.0, _STRONGEST, bands).tolist()
        return np.array([rgb(mixed(theme.high, colour, share)) for share in shares], dtype=np.uint8)
    return mixed_shades(theme, np.linspace(0.0, 1.0, bands)).round().astype(np.uint8)


def mixed_shades(theme: Theme, levels: Float[np.ndarray, " levels"]) -> Float[np.ndarray, "levels 3"]:
    """The background's shades, from 0 to 255: quiet in the middle, stronger at the bottom."""
    stops = np.array([rgb(theme.deep), rgb(theme.mid), rgb(theme.high)], dtype=float)
    return np.stack([np.interp(levels, [0.0, 0.5, 1.0], stops[:, k]) for k in range(3)], axis=-1)


def map_colours(name: str, levels: Float[np.ndarray, " levels"]) -> Float[np.ndarray, "levels 4"]:
    """Red, green, blue and alpha, from 0 to 1, of levels on one of matplotlib's colour maps."""
    return colormaps[name](levels)
