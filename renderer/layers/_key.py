"""The key of what is drawn on the view: names, in a corner where no run goes."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Run, Scene
from ravine.renderer.canvas import Arrow, Canvas, Points, text_size
from ravine.renderer.layers._balls import draw_hollow
from ravine.renderer.layers._layer import Moment
from ravine.renderer.layers._satellites import draw_satellite
from ravine.renderer.layers._trails import FADING, faint
from ravine.renderer.style import THEMES, Theme
from ravine.renderer.views import View, band_colours

Sample: TypeAlias = Literal["arrow", "dashes", "worker", "read", "fading", "shades"]


class Entry(NamedTuple):
    """A name in the key, and a sample of what it is the name of."""

    name: str
    colour: str
    sample: Sample


def entries_of(scene: Scene) -> list[Entry]:
    """The entries for all arrows, satellites and contours of a scene that say nothing by themselves."""
    runs, muted = scene.runs, THEMES[scene.theme].muted
    entries = []
    if scene.view == "contour":
        entries += [*_arrows(runs), *_satellites(runs, muted)]
    if scene.view == "contour" and scene.ground.batches:
        entries.append(Entry("loss on the batch", muted, "dashes"))
    if scene.view == "contour" and scene.ground.shades:
        entries.append(Entry(scene.ground.shades.name, scene.ground.shades.colour, "shades"))
    if any(run.nearness is not None for run in runs):
        entries.append(Entry(FADING, THEMES[scene.theme].text, "fading"))
    return entries


def _arrows(runs: tuple[Run, ...]) -> Iterator[Entry]:
    """One for every kind of arrow; a name that comes in several colours is told apart by its run."""
    labels = {(vector.name, vector.colour or run.colour): run.label for run in runs for vector in run.vectors}
    names = [name for name, _ in labels]
    for (name, colour), label in labels.items():
        yield Entry(f"{name}, {label}" if names.count(name) > 1 else name, colour, "arrow")


def _satellites(runs: tuple[Run, ...], muted: str) -> Iterator[Entry]:
    """One for the workers and one for what stale steps read; those of several runs have no run's colour."""
    named: tuple[tuple[Literal["worker", "read"], str], ...] = (("worker", "worker"), ("read", "read here"))
    for kind, title in named:
        colours = {run.colour for run in runs for name in run.balls if run.kinds.get(name) == kind}
        if colours:
            yield Entry(title, colours.pop() if len(colours) == 1 else muted, kind)


_SIZE, _PITCH, _SAMPLE = 17.0, 26.0, 34.0
_EDGE, _PAD = 12.0, 9.0
"""Between the key and the frame of the view, and between its own frame and what is in it, in units."""

_SHADES, _HOLLOW = 6, 6.6
"""How many shades are in the sample of what fades, and the radius of its ball, in units."""

_HIGH = 13.0
"""The sample of what is shaded, in units."""

_MOST = 0.5
"""A key that is wider or higher than this part of the view is left out."""


class Key:
    """A sample and a name for each entry, where the runs leave most room."""

    quick = True

    def __init__(
        self,
        entries: Sequence[Entry],
        runs: Sequence[Run],
        *,
        view: View,
        legend: bool,
        theme: Theme,
        unit: float,
    ) -> None:
        """The key of what is drawn about these runs; with a `legend` the corner at the top right is taken."""
        self._entries = tuple(entries)
        self._runs = tuple(runs)
        self._view = view
        self._legend = legend
        self._theme = theme
        self._unit = unit

    @cached_property
    def box(self) -> PixelBox | None:
        """Where it is, if there is room for it."""
        left, top, right, bottom = self._view.box
        edge = _EDGE * self._unit
        width, height = self._size
        if width > _MOST * (right - left) or height > _MOST * (bottom - top):
            return None
        lefts, tops = (right - edge - width, left + edge), (top + edge, bottom - edge - height)
        corners = [(x, y) for x in lefts for y in tops][int(self._legend) :]
        used = self._used
        x, y = min(corners, key=lambda at: _inside(used, at, (width, height)))
        return round(x), round(y), round(x + width), round(y + height)

    @property
    def _size(self) -> tuple[float, float]:
        unit = self._unit
        widest = max(text_size(entry.name, size=_SIZE * unit)[0] for entry in self._entries)
        width = widest + (2.0 * _PAD + _SAMPLE + 10.0) * unit
        return width, (2.0 * _PAD + _PITCH * len(self._entries) - 4.0) * unit

    @property
    def _used(self) -> Points:
        """Places along the runs and their arrows."""
        ways = [run.points for run in self._runs]
        share = np.linspace(0.0, 1.0, 6)[:, None, None]
        with np.errstate(over="ignore", invalid="ignore"):
            ways += [v.tails + v.arrows for run in self._runs for v in run.vectors if not v.unit]
            between = [(way[:-1] + share * np.diff(way, axis=0)).reshape(-1, 2) for way in ways]
            return self._view.place(np.concatenate(between), 0.0).points

    def paint(self, canvas: Canvas) -> None:
        """Paint it, where the ground stays."""
        if not self._view.turning:
            self._write(canvas)

    def _write(self, canvas: Canvas) -> None:
        if self.box is None:
            return
        left, top, right, bottom = self.box
        theme, unit = self._theme, self._unit
        corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
        canvas.polygon(canvas.pen(theme.frame, unit), np.array(corners, dtype=float), theme.ground)
        for row, entry in enumerate(self._entries):
            x, y = left + _PAD * unit, top + (_PAD - 2.0 + (row + 0.5) * _PITCH) * unit
            self._paint_sample(canvas, entry, np.array([[x, y], [x + _SAMPLE * unit, y]]))
            at = (x + (_SAMPLE + 10.0) * unit, y + 0.36 * _SIZE * unit)
            canvas.text(entry.name, at, size=_SIZE * unit, colour=theme.text)

    def _paint_sample(self, canvas: Canvas, entry: Entry, ends: Points) -> None:
        unit = self._unit
        if entry.sample == "arrow":
            arrow = Arrow.of(ends[0], ends[1], entry.colour, unit=unit)
            if arrow is not None:
                arrow.draw(canvas, self._theme, unit)
        elif entry.sample == "dashes":
            places = ends[0] + np.linspace(0.0, 1.0, 6)[:, None] * (ends[1] - ends[0])
            canvas.lines(canvas.pen(entry.colour, 1.6 * unit), places, np.arange(6) % 2 == 0)
        elif entry.sample == "fading":
            end = ends[1] - (_HOLLOW * unit, 0.0)
            places = np.linspace(ends[0], end, _SHADES + 1)
            for shade in range(_SHADES):
                colour, share = faint(entry.colour, 1.0 - shade / (_SHADES - 1), self._theme)
                canvas.line(canvas.pen(colour, 3.2 * share * unit), places[shade : shade + 2])
            x, y = end.tolist()
            canvas.disc(canvas.pen(entry.colour, 0.0), (x, y), _HOLLOW * unit, entry.colour)
            draw_hollow(canvas, (x, y), _HOLLOW * unit, self._theme.mid, unit)
        elif entry.sample == "shades":
            left, top = np.rint(ends[0] - (0.0, _HIGH / 2 * unit)).astype(int).tolist()
            right, bottom = np.rint(ends[1] + (0.0, _HIGH / 2 * unit)).astype(int).tolist()
            canvas.pixels[top:bottom, left:right, :3] = band_colours(self._theme, right - left, entry.colour)
        else:
            x, y = ends.mean(0).tolist()
            draw_satellite(canvas, entry.sample, (x, y), colour=entry.colour, theme=self._theme, unit=unit)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Nothing of it moves."""
        del before, now
        left, top, *_ = self._view.box
        return left, top, left, top

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Paint it again on a ground that turns."""
        del moment
        if self._view.turning:
            self._write(canvas)


def _inside(points: Points, at: tuple[float, float], size: tuple[float, float]) -> int:
    """How many points lie in a box."""
    with np.errstate(invalid="ignore"):
        return int(((points >= at) & (points <= np.add(at, size))).all(-1).sum())
