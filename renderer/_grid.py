"""Places along an axis."""

import numpy as np
from jaxtyping import Float


def middles(bounds: tuple[float, float], count: int) -> Float[np.ndarray, " count"]:
    """The middles of `count` equal cells between the bounds."""
    low, high = bounds
    return low + (np.arange(count) + 0.5) / count * (high - low)


def edges(bounds: tuple[float, float], count: int) -> Float[np.ndarray, " count"]:
    """`count` places from one bound to the other."""
    return np.linspace(*bounds, count)
