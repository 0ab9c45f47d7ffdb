"""The loss along straight lines across a landscape."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from ravine.gallery._recipe import Span
from ravine.landscapes import Landscape, losses_at

_PLACES = 201


def losses_along(landscape: Landscape, lines: Sequence[Span]) -> Float[np.ndarray, "lines places"]:
    """The loss at evenly spaced places along each line (x0, y0, x1, y1)."""
    share = np.linspace(0.0, 1.0, _PLACES)[:, None]
    ends = np.array(lines, dtype=np.float64).reshape(-1, 2, 2)
    return losses_at(landscape.loss, ends[:, :1] + share * (ends[:, 1:] - ends[:, :1]))
