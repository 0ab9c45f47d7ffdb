"""An axis: the range that suits its numbers, and round places on it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Real

from ravine.renderer.canvas import decade_ticks, labels, linear_ticks, power_label
from ravine.renderer.style import ScaleName, is_wide

_NEAR_ZERO = 0.4
"""A linear scale begins at 0 where the smallest number is below this part of the largest."""

_FLAT = 1e-3
"""Numbers that differ by less than this part of the largest are a flat curve, as they are to the eye of a
reader: enlarged, they would show how losses are rounded."""

_MOST_DECADES = 14
_LOG_PAD = 0.04
_LARGEST = 1e300

Values = Real[np.ndarray, "..."]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A range with ticks.

    Attributes:
        log: True where it is even in decades; then `low` is positive.
        unit: Of the labels of its ticks.
    """

    low: float
    high: float
    log: bool = False
    unit: Literal["number", "percent"] = "number"

    @classmethod
    def of(cls, *values: Values | None, scale: ScaleName = "auto", pad: float = 0.06) -> "Axis":
        """The axis for all finite numbers among the values."""
        finite = _finite(values)
        wide = bool(finite.size) and is_wide(float(finite.min()), float(finite.max()))
        if (scale == "auto" and wide) or (scale == "log" and (finite > 0.0).any()):
            return cls._decades(finite[finite > 0.0])
        if not finite.size:
            return cls(low=0.0, high=1.0)
        low, high = _widened(float(finite.min()), float(finite.max()))
        room = pad * (high - low)
        # A curve at 0 lies over the edge of the axes, not under it.
        return cls(low=-0.3 * pad * high if 0.0 <= low < _NEAR_ZERO * high else low - room, high=high + room)

    @classmethod
    def exactly(cls, *values: Values | None) -> "Axis":
        """The linear axis from the smallest finite number to the largest."""
        finite = _finite(values)
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        return cls(low=low, high=high) if low < high else cls(low=low - 0.5, high=high + 0.5)

    @classmethod
    def accuracy(cls, *values: Values | None) -> "Axis":
        """The axis for parts of a whole, up to all of it."""
        finite = _finite(values)
        low = float(finite.min()) if finite.size else 0.0
        # A curve at 100 % is not cut in half by the edge.
        return cls(low=0.0 if low < 0.6 else max(0.0, low - 0.1 * (1.0 - low)), high=1.03, unit="percent")

    @classmethod
    def _decades(cls, positive: Values) -> "Axis":
        """The range of positive numbers in decades, widened to two powers of ten where it holds fewer."""
        first, last = np.log10(np.maximum([positive.min(), positive.max()], 1e-300)).tolist()
        first = max(first, last - _MOST_DECADES)
        room = _LOG_PAD * max(1.0, last - first)
        first, last = first - room, last + room
        if np.floor(last) - np.ceil(first) < 1.0:
            first, last = np.floor(first), max(np.ceil(last), np.floor(first) + 1.0)
        return cls(low=10.0**first, high=min(_LARGEST, 10.0**last), log=True)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most about `most` round places with their labels."""
        if self.log:
            return [(place, power_label(place)) for place in decade_ticks(self.low, self.high, most).tolist()]
        if self.unit == "percent":
            places = linear_ticks(self.low, 1.0, most)
            return [(p, f"{t} %") for p, t in zip(places.tolist(), labels(100.0 * places), strict=True)]
        places = linear_ticks(self.low, self.high, most)
        return list(zip(places.tolist(), labels(places), strict=True))

    def share(self, value: float) -> float:
        """The place of a number on the axis, from 0 at its low end to 1 at its high one."""
        low, high = self.low, self.high
        if self.log:
            return float(np.log(max(value, 1e-2 * low) / low) / np.log(high / low))
        return (value - low) / (high - low)


def _widened(low: float, high: float) -> tuple[float, float]:
    """A range that is wide enough for what differs in it to be worth seeing."""
    size = max(abs(low), abs(high))
    if low >= high:
        return low - (0.5 * size or 1.0), high + (0.5 * size or 1.0)
    half = max(high - low, _FLAT * size) / 2
    return low + (high - low) / 2 - half, low + (high - low) / 2 + half


def _finite(values: tuple[Values | None, ...]) -> Values:
    """All finite numbers, within what can be subtracted."""
    flat = [np.asarray(part, dtype=float).ravel() for part in values if part is not None]
    together = np.concatenate([np.zeros(0), *flat])
    return np.clip(together[np.isfinite(together)], -_LARGEST, _LARGEST)
