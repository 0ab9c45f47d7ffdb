"""Lines of equal height on a grid."""

from typing import cast

import numpy as np
from contourpy import LineType, contour_generator
from jaxtyping import Bool, Float


class Isolines:
    """The lines of a grid of heights over `xs` and `ys`, level by level."""

    def __init__(
        self,
        xs: Float[np.ndarray, " columns"],
        ys: Float[np.ndarray, " rows"],
        heights: Float[np.ndarray, "rows columns"],
    ) -> None:
        self._generator = contour_generator(xs, ys, heights, line_type=LineType.Separate)

    def at(self, level: float) -> tuple[Float[np.ndarray, "points 2"], Bool[np.ndarray, " points"]]:
        """All lines at a level, one after the other, and the first point of each."""
        lines = cast("list[np.ndarray]", self._generator.lines(level))
        starts = [np.arange(len(line)) == 0 for line in lines]
        nothing = np.zeros((0, 2))
        return np.concatenate([nothing, *lines]), np.concatenate([nothing[:, 0] > 0, *starts])
