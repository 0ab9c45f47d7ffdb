"""The sheet that a picture is drawn on, with places in pixels, x to the right and y down."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from ravine.renderer.canvas import Anchor, fit_text, is_math, text_size
from ravine.renderer.style import COMMON, THEMES, ThemeName, colours

_LOOKS = (
    "agg.", "axes.", "figure.", "font.", "grid.", "hatch.", "image.", "lines.", "markers.", "mathtext.",
    "patch.", "path.", "pdf.", "savefig.", "svg.", "text.", "xtick.", "ytick.",
)  # fmt: skip

_OWN = {
    "font.family": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "axes.unicode_minus": True,
    # Ids of an SVG are random without a salt.
    "svg.hashsalt": "ravine",
    # As outlines words look the same in every browser; as text they would need DejaVu Sans there, and
    # with another font they would touch.
    "svg.fonttype": "path",
    # Journals refuse Type 3.
    "pdf.fonttype": 42,
    "path.simplify": False,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's own defaults and ours, within this block or decorated function alone."""
    defaults = matplotlib.rcParamsDefault
    looks = {name: defaults[name] for name in defaults if name.startswith(_LOOKS)}
    settings: dict[Any, Any] = {**looks, **_OWN}
    with matplotlib.rc_context(settings):
        yield


_DOTS = 96.0
"""Dots an inch: 1280x720 is the size of a 16:9 slide, and sizes in whole pixels survive the inches."""

_HEIGHT, _WIDTH = 720.0, 920.0
"""Of the sheet in units, whichever side is the shorter one: text is 1/45 of the height, or narrower."""

_TITLE_SIZES = (28.0, 26.0, 24.0, 22.0)
"""In units, the usual one first."""

_SMALLEST = (320, 240)

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def check_size(size: tuple[int, int]) -> None:
    """Accept a size that a picture can have.

    Raises:
        ValueError: it is too small.
    """
    (width, height), (narrowest, lowest) = size, _SMALLEST
    if width < narrowest or height < lowest:
        raise ValueError(
            f"A picture has at least {narrowest}x{lowest} pixels; got a size of {width}x{height}."
        )


class Sheet:
    """A figure with its title; what is below `top` is free.

    Attributes:
        unit: Pixels; text is 16 units high or more.
        top: Where the free part begins.
    """

    def __init__(self, size: tuple[int, int], theme: ThemeName, *, title: str, subtitle: str) -> None:
        check_size(size)
        width, height = size
        self.size = size
        self.theme_name: ThemeName = theme
        self.theme = THEMES[theme]
        self.unit = min(height / _HEIGHT, width / _WIDTH)
        self.figure = Figure(figsize=(width / _DOTS, height / _DOTS), dpi=_DOTS, facecolor=self.theme.ground)
        self.margin = 28 * self.unit
        self.top = self._write_header(title, subtitle)

    @property
    def body(self) -> Box:
        """The free part."""
        width, height = self.size
        return self.margin, self.top, width - self.margin, height - 0.55 * self.margin

    def colours(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The colours of curves, those of rules as in the films."""
        return colours(keys, theme=self.theme_name)

    def accent(self, rule: str) -> str:
        """The colour that a rule wears, for what is no rule's curve."""
        return COMMON[self.theme_name].get(rule, self.theme.text)

    def points(self, units: float) -> float:
        """Units in points, in which matplotlib measures lines and letters."""
        return units * self.unit * 72.0 / _DOTS

    def width(self, text: str, *, size: float = 16.0, bold: bool = False) -> float:
        """Of a text in pixels, for a size in units."""
        return text_size(text, size=size * self.unit, bold=bold)[0]

    def fitted(self, text: str, width: float, *, size: float = 16.0, bold: bool = False) -> str:
        """The text, cut with an ellipsis where it is wider than `width` pixels."""
        return fit_text(text, width, size=size * self.unit, bold=bold)

    def axes(self, box: Box) -> Axes:
        """Axes without frame, ticks and ground."""
        left, top, right, bottom = box
        width, height = self.size
        bounds = (left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height)
        axes = self.figure.add_axes(bounds)
        axes.set_axis_off()
        return axes

    def text(
        self,
        text: str,
        at: tuple[float, float],
        *,
        size: float = 16.0,
        colour: str = "",
        anchor: Anchor = "left",
        bold: bool = False,
    ) -> Text:
        """Words whose baseline goes through `at`; `size` is in units."""
        x, y = self._fractions(np.array([at]))[0]
        return self.figure.text(
            float(x),
            float(y),
            text,
            ha=anchor,
            va="baseline",
            **self.letters(text, size=size, colour=colour, bold=bold),
        )

    def letters(
        self, text: str, *, size: float = 16.0, colour: str = "", bold: bool = False
    ) -> dict[str, Any]:
        """The settings of a text for matplotlib."""
        return {
            "fontsize": self.points(size),
            "color": colour or self.theme.text,
            "fontweight": "bold" if bold else "normal",
            "parse_math": is_math(text),
        }

    def line(
        self,
        points: Float[np.ndarray, "points 2"],
        *,
        colour: str,
        width: float = 2.4,
        style: Literal["-", "--", ":", ""] = "-",
        marker: str = "",
        marker_size: float = 11.0,
        face: str = "",
        alpha: float = 1.0,
    ) -> Artist:
        """A line, or markers, through places on the sheet; widths are in units."""
        x, y = self._fractions(points).T
        line = Line2D(
            x,
            y,
            transform=self.figure.transFigure,
            color=colour,
            linewidth=self.points(width),
            linestyle=style,
            solid_capstyle="butt",
            marker=marker,
            markersize=self.points(marker_size),
            markerfacecolor=face or colour,
            markeredgecolor=colour,
            markeredgewidth=self.points(1.6),
            alpha=alpha,
        )
        return self.figure.add_artist(line)

    def _fractions(self, points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "points 2"]:
        width, height = self.size
        return np.array([0.0, 1.0]) + points * np.array([1.0 / width, -1.0 / height])

    def _write_header(self, title: str, subtitle: str) -> float:
        unit, room = self.unit, self.size[0] - 2 * self.margin
        lines, size = self._title_lines(title, room)
        y = 40 * unit
        for number, line in enumerate(lines):
            y += 1.2 * size * unit * bool(number)
            self.text(line, (self.margin, y), size=size, bold=True)
        for line in self._wrapped(subtitle, room, size=17):
            y += 26 * unit
            self.text(line, (self.margin, y), size=17, colour=self.theme.muted)
        return y + 14 * unit

    def _title_lines(self, title: str, room: float) -> tuple[list[str], float]:
        """The title on one line in the largest letters that fit, otherwise on two; and their size."""
        for size in _TITLE_SIZES:
            if self.width(title, size=size, bold=True) <= room:
                return [title], size
        return self._wrapped(title, room, size=_TITLE_SIZES[-1], bold=True), _TITLE_SIZES[-1]

    def _wrapped(self, text: str, room: float, *, size: float, bold: bool = False) -> list[str]:
        """The text in at most two lines, the second one cut where it is too long."""
        words = text.split()
        first: list[str] = []
        while words and (not first or self.width(" ".join([*first, words[0]]), size=size, bold=bold) <= room):
            first.append(words.pop(0))
        lines = [" ".join(first), " ".join(words)]
        return [self.fitted(line, room, size=size, bold=bold) for line in lines if line]
