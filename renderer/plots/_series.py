"""The series plotted over the steps: a number of each run at every step, and the range that suits them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from ravine.renderer._scene import PLANE_LOSS, Plot, Run, Scene
from ravine.renderer.style import is_wide

_MOST_DECADES = 12

_NEAR_ZERO = 0.4
"""A linear scale has 0 at its foot where the smallest positive number is below this part of the largest."""

_TAIL = 0.005
_FAR = 3.0
"""Numbers farther off than this many times the range of all but the tails do not stretch a linear scale."""

_PARTS_OF_A_WHOLE = ("accuracy",)
"""Series that end at 1."""

_NOTHING = np.full(1, np.nan)


@dataclass(frozen=True, kw_only=True)
class Series:
    """A series of each run.

    Attributes:
        title: The name of the quantity.
        values: Not a number where there is none.
        shadows: Further lines, drawn faintly; no rows where there are none.
        low: At the foot of the axis.
        high: At its top.
        log: True if the axis is even in decades.
    """

    title: str
    values: Float[np.ndarray, "runs steps+1"]
    low: float
    high: float
    log: bool
    shadows: Float[np.ndarray, "shadows steps+1"] = field(default_factory=lambda: np.zeros((0, 1)))

    @classmethod
    def of_plot(cls, runs: Sequence[Run], plot: Plot) -> "Series":
        """The series of each run that a plot names; its loss where no series has that name."""
        values = np.stack([_named(run, plot.name) for run in runs] or [_NOTHING])
        log = plot.scale == "log" or (plot.scale == "auto" and _is_wide(values))
        low, high = _full_log_range(values) if log else _full_range(values)
        if plot.name in _PARTS_OF_A_WHOLE:
            high = 1.0
        return cls(title=plot.title, values=values, low=low, high=high, log=log)

    @classmethod
    def of_losses(cls, runs: Sequence[Run], *, lowest: float | None, floor: float | None) -> "Series":
        """The losses, on a log scale wherever they allow it; their shadows are those of the plane.

        Args:
            runs: Whose losses.
            lowest: The landscape's minimum, if it has one.
            floor: The lowest loss on the view, if there is one.
        """
        losses = np.stack([run.losses for run in runs] or [_NOTHING])
        shadows = _shadows(runs, losses)
        shown = np.concatenate([losses, shadows])
        base = _base_of_log(shown, lowest)
        title = "loss above the minimum" if base else "loss"
        name = f"{title} · dotted: the plane's" if len(shadows) else title
        if base is None:
            # What is off the plane may be below its floor.
            low, high = _full_range(shown) if floor is None or len(shadows) else _linear_range(losses, floor)
            return cls(title=name, values=losses, low=low, high=high, log=False, shadows=shadows)
        low, high = _log_range(shown - base)
        return cls(title=name, values=losses - base, low=low, high=high, log=True, shadows=shadows - base)

    @property
    def steps(self) -> int:
        """The number of steps, at least one."""
        return max(1, self.values.shape[1] - 1)

    def share(self, values: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """Map values to the axis, from 0 at its foot to 1 at its top; NaN where they are not numbers."""
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            if self.log:
                share = np.log(np.maximum(values, 0.1 * self.low) / self.low) / np.log(self.high / self.low)
            else:
                share = (values - self.low) / (self.high - self.low)
        return np.where(np.isfinite(values), np.clip(share, 0.0, 1.0), np.nan)


def series_of(scene: Scene, plot: Plot | None, *, floor: float | None = None) -> Series:
    """The series of a scene's runs that a plot names, or their losses.

    Args:
        scene: Whose runs.
        plot: None for the losses.
        floor: The lowest loss on the view, if there is one.
    """
    if plot is not None:
        return Series.of_plot(scene.runs, plot)
    return Series.of_losses(scene.runs, lowest=scene.background.lowest, floor=floor)


def _named(run: Run, name: str) -> Float[np.ndarray, "steps+1"]:
    return run.losses if name == "loss" and name not in run.series else run.series[name]


def _shadows(
    runs: Sequence[Run], losses: Float[np.ndarray, "runs steps+1"]
) -> Float[np.ndarray, "shadows steps+1"]:
    """The plane's loss under every run, where any has one."""
    if not any(PLANE_LOSS in run.series for run in runs):
        return losses[:0]
    nothing = np.full(losses.shape[1], np.nan)
    return np.stack([run.series.get(PLANE_LOSS, nothing) for run in runs])


def _base_of_log(losses: Float[np.ndarray, "runs steps+1"], lowest: float | None) -> float | None:
    """Return the offset below each loss for its logarithm; None where a log scale does not suit."""
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        return None
    if lowest is not None and finite.min() >= lowest - 1e-9 * (1.0 + abs(lowest)):
        return lowest
    return 0.0 if _is_wide(losses) else None


def _is_wide(values: Float[np.ndarray, "runs steps+1"]) -> bool:
    finite = values[np.isfinite(values)]
    return bool(finite.size) and is_wide(float(finite.min()), float(finite.max()))


def _log_range(values: Float[np.ndarray, "runs steps+1"]) -> tuple[float, float]:
    """From a decade at or below the best end to one above the start, not more than twelve decades."""
    positive = values[np.isfinite(values) & (values > 0)]
    if not positive.size:
        return 0.1, 10.0
    high = min(float(np.quantile(positive, 0.999)), 1e3 * float(np.median(values[:, 0])) or 1.0)
    top = 10.0 ** np.ceil(np.log10(max(high, float(positive[0]))) + 1e-9)
    bottom = 10.0 ** np.floor(np.log10(float(positive.min())))
    return max(bottom, top * 10.0**-_MOST_DECADES), top


def _linear_range(values: Float[np.ndarray, "runs steps+1"], floor: float) -> tuple[float, float]:
    """The range of nearly all losses, but not below `floor`, where runs may fall without end."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = (float(bound) for bound in np.quantile(finite, [0.005, 0.995]))
    low, high = max(low, floor), max(high, float(finite[0]))
    return _opened(low, high)


def _full_log_range(values: Float[np.ndarray, "runs steps+1"]) -> tuple[float, float]:
    """The decades of all positive numbers."""
    positive = values[np.isfinite(values) & (values > 0)]
    if not positive.size:
        return 0.1, 10.0
    first = np.floor(np.log10(float(positive.min())) + 1e-9)
    last = np.ceil(np.log10(float(positive.max())) - 1e-9)
    return 10.0 ** max(first, last - _MOST_DECADES), 10.0 ** max(last, first + 1)


def _full_range(values: Float[np.ndarray, "runs steps+1"]) -> tuple[float, float]:
    """The range of all numbers but those that are far off the others, from 0 where that is near."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    first, last = (float(bound) for bound in np.quantile(finite, [_TAIL, 1.0 - _TAIL]))
    reach = _FAR * (last - first)
    if reach > 0.0:
        low, high = max(low, first - reach), min(high, last + reach)
    return _opened(0.0 if 0.0 < low < _NEAR_ZERO * high else low, high)


def _opened(low: float, high: float) -> tuple[float, float]:
    """The range, or one about it where it is a single number."""
    half = 0.5 * abs(low) or 1.0
    return (low, high) if high > low else (low - half, low + half)
