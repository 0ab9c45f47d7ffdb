"""How a loss becomes a level between 0 and 1: the shade of a contour, the height of a surface."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float

ScaleName: TypeAlias = Literal["auto", "linear", "log"]
"""Of losses: "auto" takes the logarithm where they span decades."""

_LARGEST = 1e300
"""Losses beyond it count as it, so that their range is a number."""

_SKEWED = 0.16
"""A landscape whose median lies below this part of its range is shown on a log scale."""

_WIDE = 50.0
"""Positive numbers whose largest is more than so many times their smallest are shown on a log scale."""


def is_wide(low: float, high: float) -> bool:
    """Whether numbers from one to the other are positive and span decades."""
    return low > 0.0 and high > _WIDE * low


Heights: TypeAlias = tuple[float, float]
"""The losses that are shown lowest and highest; what lies beyond is cut off there."""


@dataclass(frozen=True, kw_only=True)
class LossNorm:
    """A monotone map from loss to level.

    Attributes:
        low: The loss at level 0.
        high: The loss at level 1.
        linthresh: The excess loss below which a log scale turns linear; None for a linear scale.
    """

    low: float
    high: float
    linthresh: float | None

    @classmethod
    def of(
        cls,
        losses: Float[np.ndarray, "..."],
        scale: ScaleName,
        *,
        knee_share: float = 0.01,
        heights: Heights | None = None,
    ) -> "LossNorm":
        """The map that suits the losses of a view.

        Args:
            losses: On the view.
            scale: Linear, or the logarithm from some loss on.
            knee_share: The part of the losses that lie below that loss.
            heights: The losses at levels 0 and 1, which make several views comparable: the scale then depends
                on nothing else.
        """
        if heights is not None:
            return cls._between(heights, scale)
        finite = np.clip(losses[np.isfinite(losses)], -_LARGEST, _LARGEST)
        if not finite.size:
            return cls(low=0.0, high=1.0, linthresh=None)
        low, high = float(finite.min()), float(finite.max())
        if high <= low:
            return cls(low=low, high=low + max(1.0, 1e-9 * abs(low)), linthresh=None)
        skewed = np.median(finite) - low < _SKEWED * (high - low)
        if scale == "linear" or (scale == "auto" and not skewed):
            return cls(low=low, high=high, linthresh=None)
        linthresh = float(np.quantile(finite - low, knee_share))
        return cls(low=low, high=high, linthresh=max(linthresh, 1e-12 * (high - low)))

    @classmethod
    def _between(cls, heights: Heights, scale: ScaleName) -> "LossNorm":
        """The map from a fixed range: even in decades where it is wide and above 0, or that is wanted."""
        low, high = heights
        log = scale == "log" or (scale == "auto" and is_wide(low, high))
        return cls(low=low, high=high, linthresh=(low if low > 0.0 else 1e-3 * (high - low)) if log else None)

    def level(self, losses: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
        """Levels from 0 to 1; what is not finite is at the top."""
        with np.errstate(over="ignore", invalid="ignore"):
            excess = np.clip(losses - self.low, 0.0, self.high - self.low)
        excess = np.where(np.isfinite(losses), excess, self.high - self.low)
        if self.linthresh is None:
            return excess / (self.high - self.low)
        return np.log1p(excess / self.linthresh) / np.log1p((self.high - self.low) / self.linthresh)

    def loss(self, levels: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
        """The inverse of `level`."""
        if self.linthresh is None:
            return self.low + levels * (self.high - self.low)
        return self.low + self.linthresh * np.expm1(
            levels * np.log1p((self.high - self.low) / self.linthresh)
        )
