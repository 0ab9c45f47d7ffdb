"""The loss over steps, the heads marked."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from ravine.renderer._canvas import Canvas, clip_box, text_size
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._scene import Run
from ravine.renderer._theme import Theme
from ravine.renderer._ticks import apart, decade_ticks, label, labels, linear_ticks, power_label

_MOST_DECADES = 12


class LossPanel:
    """Each run's loss up to the moment, on a log scale wherever the losses allow it.

    `lowest` is the landscape's minimum, if it has one, and `floor` the lowest loss on the view.
    """

    quick = False

    def __init__(
        self,
        runs: Sequence[Run],
        *,
        lowest: float | None,
        floor: float,
        box: PixelBox,
        theme: Theme,
        unit: float,
    ) -> None:
        self._colours = tuple(run.colour for run in runs)
        self._theme = theme
        self._unit = unit
        losses = np.stack([run.losses for run in runs])
        self._steps = losses.shape[1] - 1
        self._base = _base_of_log(losses, lowest)
        values = losses if self._base is None else losses - self._base
        self._range = _linear_range(values, floor) if self._base is None else _log_range(values)
        reach = math.ceil(6 * unit)
        self._outer = (box[0], box[1], box[2] + reach, box[3] + reach)
        self._box = self._inner_box(box)
        self._points = np.stack([self._to_pixels(run) for run in values])

    @property
    def title(self) -> str:
        """What the panel shows."""
        return "loss" if not self._base else "loss above the minimum"

    def paint(self, canvas: Canvas) -> None:
        """Paint the axes."""
        left, top, right, bottom = self._box
        unit, theme = self._unit, self._theme
        pen = canvas.pen(theme.frame, unit)
        canvas.line(pen, np.array([[left, top], [left, bottom], [right, bottom]], dtype=float))
        size = 16 * unit
        canvas.text(self.title, (self._outer[0], self._outer[1] + 14 * unit), size=size, colour=theme.muted)
        for value, text in self._y_ticks():
            y = self._y(np.array([value]))[0]
            canvas.line(pen, np.array([[left - 4 * unit, y], [left, y]]))
            canvas.text(text, (left - 8 * unit, y + 6 * unit), size=size, colour=theme.muted, anchor="right")
        ticks = linear_ticks(0.0, float(self._steps), most=4)
        labelled = [
            (left + value / self._steps * (right - left), label(value) if value else "step 0")
            for value in ticks.tolist()
        ]
        for x, middle, text in apart(labelled, size=size, right=right + 6 * unit):
            canvas.line(pen, np.array([[x, bottom], [x, bottom + 4 * unit]]))
            canvas.text(text, (middle, bottom + 22 * unit), size=size, colour=theme.muted, anchor="center")

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """From the heads before to the heads now."""
        left, top, right, bottom = self._box
        reach = 6.0 * self._unit
        first, last = (left + moment.position / self._steps * (right - left) for moment in (before, now))
        box = (first - 2 * reach, top - reach, last + reach, bottom + reach)
        return clip_box(box, self._outer)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the lines and their heads."""
        unit = self._unit
        rim = canvas.pen(self._theme.rim, 1.2 * unit)
        heads = []
        for points, colour in zip(self._points, self._colours, strict=True):
            shown = _until(points, moment)
            if len(shown) > 1:
                canvas.line(canvas.pen(colour, 2.2 * unit), shown)
            if len(shown):
                heads.append((shown[-1], colour))
        for (x, y), colour in heads:
            canvas.disc(rim, (float(x), float(y)), 4.2 * unit, colour)

    def _inner_box(self, box: PixelBox) -> PixelBox:
        left, top, right, bottom = box
        unit = self._unit
        widest = max((text_size(text, size=16 * unit)[0] for _, text in self._y_ticks()), default=0.0)
        return round(left + widest + 12 * unit), round(top + 30 * unit), round(right - 6 * unit), bottom

    def _y_ticks(self) -> list[tuple[float, str]]:
        low, high = self._range
        if self._base is None:
            ticks = linear_ticks(low, high, most=4)
            return list(zip(ticks.tolist(), labels(ticks), strict=True))
        return [(value, power_label(value)) for value in decade_ticks(low, high, most=5)]

    def _y(self, values: Float[np.ndarray, " steps+1"]) -> Float[np.ndarray, " steps+1"]:
        low, high = self._range
        _, top, _, bottom = self._box
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            if self._base is None:
                share = (values - low) / (high - low)
            else:
                share = np.log(np.maximum(values, 0.1 * low) / low) / np.log(high / low)
        return bottom - np.clip(share, 0.0, 1.0) * (bottom - top)

    def _to_pixels(self, values: Float[np.ndarray, " steps+1"]) -> Float[np.ndarray, "steps+1 2"]:
        left, _, right, _ = self._box
        xs = left + np.arange(self._steps + 1) / self._steps * (right - left)
        return np.stack([xs, np.where(np.isfinite(values), self._y(values), np.nan)], axis=-1)


def _base_of_log(losses: Float[np.ndarray, "runs steps+1"], lowest: float | None) -> float | None:
    """What is taken off each loss before its logarithm; None where a log scale does not suit."""
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        return None
    if lowest is not None and finite.min() >= lowest - 1e-9 * (1.0 + abs(lowest)):
        return lowest
    return 0.0 if finite.min() > 0 and finite.max() > 50 * finite.min() else None


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
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _until(points: Float[np.ndarray, "steps+1 2"], moment: Moment) -> Float[np.ndarray, "points 2"]:
    step, part = moment.step, moment.position - moment.step
    shown = points[: step + 1]
    if part and step + 1 < len(points):
        shown = np.vstack([shown, (1.0 - part) * points[step] + part * points[step + 1]])
    real = np.isfinite(shown).all(-1)
    return shown if real.all() else shown[: int(real.argmin())]
