"""Slices: straight lines across the landscape, a letter at each end."""

from collections.abc import Sequence
from itertools import cycle
from string import ascii_uppercase

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Slice
from ravine.renderer.canvas import Canvas, around
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.layers._paths import Polyline
from ravine.renderer.style import Theme
from ravine.renderer.views import LandscapeView

_PLACES = 161
"""An odd number: the middle is one of them."""

_BACK = 4
"""The number of points before a line's end from which the direction of its letter is taken."""

_LETTER = 12.0
"""The radius of a letter's disc, in units."""


def letters(slices: Sequence[Slice]) -> list[tuple[str, str]]:
    """The names of each slice's ends: A and B, C and D, and so on."""
    names = cycle(ascii_uppercase)
    return [(next(names), next(names)) for _ in slices]


def shades(slices: Sequence[Slice], theme: Theme) -> list[str]:
    """The colour of each slice, on the landscape and in its panel."""
    colours = cycle(theme.slices)
    return [next(colours) for _ in slices]


def draw_letter(
    canvas: Canvas, letter: str, at: tuple[float, float], *, colour: str, theme: Theme, unit: float
) -> None:
    """A letter on a disc, with an edge in its slice's colour."""
    canvas.disc(canvas.pen(colour, 2.2 * unit), at, _LETTER * unit, theme.ground)
    x, y = at
    canvas.text(letter, (x, y + 5.8 * unit), size=16 * unit, colour=theme.text, anchor="center", bold=True)


class SliceLines:
    """The slices on the landscape: on the background, or at every frame where the view turns."""

    animated = True

    def __init__(self, slices: Sequence[Slice], *, view: LandscapeView, theme: Theme, unit: float) -> None:
        self._slices = tuple(slices)
        self._view = view
        self._theme = theme
        self._unit = unit

    @classmethod
    def of(cls, context: Context) -> "SliceLines | None":
        """The slices of a scene, if it has any."""
        slices = context.scene.background.slices
        look = {"view": context.landscape, "theme": context.theme, "unit": context.unit}
        return cls(slices, **look) if slices else None

    def paint(self, canvas: Canvas) -> None:
        """Paint them, unless the view turns."""
        if not self._view.turning:
            self._draw(canvas, 0.0)

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Nothing of them moves but with the view."""
        del before, now
        return around([], 0.0, self._view.box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw them where the view turns."""
        if self._view.turning:
            self._draw(canvas, moment.share)

    def _draw(self, canvas: Canvas, share: float) -> None:
        colours = shades(self._slices, self._theme)
        lines = [self._shown(of, share) for of in self._slices]
        for line, colour in zip(lines, colours, strict=True):
            self._draw_line(canvas, line, colour)
        for line in lines:
            self._draw_middle(canvas, line)
        for line, names, colour in zip(lines, letters(self._slices), colours, strict=True):
            for name, at in zip(names, self._ends(line), strict=False):
                draw_letter(canvas, name, at, colour=colour, theme=self._theme, unit=self._unit)

    def _shown(self, of: Slice, share: float) -> Polyline:
        begin, end = np.array(of.ends, dtype=float)
        along = np.linspace(0.0, 1.0, _PLACES)[:, None]
        return Polyline(*self._view.place(begin + along * (end - begin), share))

    def _draw_line(self, canvas: Canvas, line: Polyline, colour: str) -> None:
        theme, unit = self._theme, self._unit
        for piece in line.pieces():
            if theme.halo_alpha:
                canvas.line(canvas.pen(theme.halo, 6.0 * unit, alpha=theme.halo_alpha), piece)
            canvas.line(canvas.pen(colour, 3.0 * unit), piece)

    def _draw_middle(self, canvas: Canvas, line: Polyline) -> None:
        middle = _PLACES // 2
        if not (line.hidden[middle] or line.outside[middle]):
            x, y = line.points[middle].tolist()
            pen = canvas.pen(self._theme.star_edge, 1.6 * self._unit)
            canvas.disc(pen, (x, y), 5.0 * self._unit, self._theme.star)

    def _ends(self, line: Polyline) -> list[tuple[float, float]]:
        """Return the places of the letters: beyond the ends, or on the line where there is no room there."""
        margin = (_LETTER + 4.0) * self._unit
        left, top, right, bottom = self._view.box
        room = np.array([[left + margin, top + margin], [right - margin, bottom - margin]])
        seen = line.points[_are_between(line.points, room) & ~line.outside]
        ends = []
        for points in (seen, seen[::-1]) if len(seen) > 1 else ():
            way = points[0] - points[min(_BACK, len(points) - 1)]
            beyond = points[:1] + (_LETTER + 2.0) * self._unit * way / max(float(np.hypot(*way)), 1e-9)
            ((x, y),) = beyond if _are_between(beyond, room)[0] else points[:1]
            ends.append((float(x), float(y)))
        return ends


def _are_between(
    points: Float[np.ndarray, "points 2"], room: Float[np.ndarray, "2 2"]
) -> Bool[np.ndarray, " points"]:
    return ((points >= room[0]) & (points <= room[1])).all(-1)


LAYER = LayerKind(on=("flat", "relief"), zorder=20, of=SliceLines.of)
