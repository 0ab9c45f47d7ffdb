"""The ground of a plane seen from above: shaded bands, hairlines and a colour bar."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ravine.renderer import _scene as scene
from ravine.renderer._scene import GridLosses
from ravine.renderer.canvas import Isolines, label, middles, norm_ticks, power_label
from ravine.renderer.figures._interpolate import losses_between
from ravine.renderer.figures._records import PlanePicture, PlanePoint
from ravine.renderer.figures._sheet import Box, Sheet
from ravine.renderer.style import COMMON, LossNorm, ThemeName
from ravine.renderer.views import BANDS, band_colours, map_colours

_FINE = 2
"""Image points a pixel: a PDF is seen enlarged."""

_MOST_POINTS, _LINE_POINTS = 2400, 240
"""A side of the image of bands, and of the grid that hairlines are traced on."""

_STEEP = 2.0
"""Shares of curvature beyond 1 count as this at most, so that the edge of what is cut off at 1 is smooth."""

_CONVEXITY = "|least / greatest curvature|"
_CONVEXITY_RULE = "rmsprop"
"""Whose colour the shades of curvature are of."""

_DIGITS = 12
_STRIP = 16.0
_LEAST_GAP = 0.075
"""Between the labels of a colour bar, as a part of its height."""


@dataclass(frozen=True, kw_only=True)
class PlaneBackground:
    """What is shown on a plane: the loss, or how convex it is there.

    Attributes:
        tone: How losses become levels; those of the hairlines too where the shades show the convexity.
        losses: At every pair of an x and a y.
        convexity: Likewise, if that is what the shades show.
    """

    picture: PlanePicture
    tone: LossNorm
    losses: GridLosses
    convexity: GridLosses | None

    @classmethod
    def of(cls, picture: PlanePicture) -> "PlaneBackground":
        """The ground of a picture."""
        convexity = picture.convexity
        if convexity is not None:
            convexity = np.clip(np.nan_to_num(convexity, nan=1.0), 0.0, _STEEP)
        return cls(
            picture=picture,
            tone=LossNorm.of(picture.loss, picture.scale, heights=picture.heights),
            losses=losses_between(picture.x, picture.y, picture.loss),
            convexity=None if convexity is None else losses_between(picture.x, picture.y, convexity),
        )

    @property
    def window(self) -> scene.Box:
        """The part of the plane that is shown."""
        x, y = self.picture.x, self.picture.y
        return (float(x[0]), float(x[-1])), (float(y[0]), float(y[-1]))

    @property
    def name(self) -> str:
        """What the shades show."""
        return self.picture.loss_name if self.convexity is None else _CONVEXITY

    def axis_names(self, dimension: int) -> tuple[str, ...]:
        """What an axis is, and how much of the paths' motion it shows: in full, and in fewer words."""
        picture = self.picture
        name = picture.axes[dimension]
        if picture.explained_share is None:
            return (name,)
        short = f"{name}, {_percent(picture.explained_share[dimension])}"
        return f"{short} of the motion", short

    def levels(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        """The level of the loss at every pair of an x and a y."""
        return self.tone.level(self.losses(xs, ys))

    def shades(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        """What the shades show, from 0 to 1."""
        return self.levels(xs, ys) if self.convexity is None else np.clip(self.convexity(xs, ys), 0.0, 1.0)

    def in_film(self, theme: ThemeName) -> scene.Background:
        """The same plane as films and reliefs have it."""
        picture = self.picture
        path = picture.trajectories[0] if picture.trajectories else None
        shades = None if self.convexity is None else self._shades(theme)
        return scene.Background(
            title=picture.title,
            equation="",
            window=self.window,
            start=(0.0, 0.0) if path is None else (float(path.x[0]), float(path.y[0])),
            minima=(),
            lowest=None,
            scale=picture.scale,
            losses=self.losses,
            marks=tuple(((point.x, point.y), name_of(point)) for point in picture.points),
            axes=(self.axis_names(0)[-1], self.axis_names(1)[-1]),
            heights=picture.heights,
            samples=picture.loss,
            shades=shades,
        )

    def _shades(self, theme: ThemeName) -> scene.Shades:
        name = f"{_CONVEXITY}, 0 to {self.most_convex}"
        return scene.Shades(name=name, levels=self.shades, colour=COMMON[theme][_CONVEXITY_RULE])

    @property
    def most_convex(self) -> str:
        """What the highest shade of the curvature stands for."""
        convexity = self.picture.convexity
        return "≥ 1" if convexity is not None and (convexity > 1.0).any() else "1"

    def bands(self, sheet: Sheet) -> UInt8[np.ndarray, "bands 3"]:
        """The colours of the shades, from the lowest."""
        colour = "" if self.convexity is None else sheet.accent(_CONVEXITY_RULE)
        return band_colours(sheet.theme, BANDS, colour)


def _percent(share: float) -> str:
    percent = 100.0 * share
    return f"{label(percent, digits=2) if percent < 10.0 else f'{percent:.0f}'} %"


def draw_background(sheet: Sheet, axes: Axes, ground: PlaneBackground) -> None:
    """Bands as one image, without the seams that filled contours have in a PDF, and hairlines over them."""
    (x0, x1), (y0, y1) = ground.window
    frame = axes.get_window_extent()
    width, height = (min(_MOST_POINTS, max(2, round(_FINE * side))) for side in (frame.width, frame.height))
    shades = ground.shades(middles((x0, x1), width), middles((y0, y1), height))
    bands = ground.bands(sheet)
    image = bands[np.minimum((shades * BANDS).astype(np.intp), BANDS - 1)]
    axes.imshow(image, extent=(x0, x1, y0, y1), origin="lower", aspect="auto", zorder=0.0)
    _draw_hairlines(sheet, axes, ground)


def _draw_hairlines(sheet: Sheet, axes: Axes, ground: PlaneBackground) -> None:
    x, y = ground.window
    xs, ys = np.linspace(*x, _LINE_POINTS), np.linspace(*y, _LINE_POINTS)
    isolines = Isolines(xs, ys, ground.levels(xs, ys))
    theme = sheet.theme
    levels = np.arange(1, BANDS) / BANDS
    coloured = map_colours(theme.line_colours, levels) if theme.line_colours else None
    for number, level in enumerate(levels.tolist()):
        points, starts = isolines.at(level)
        if not len(points):
            continue
        codes = np.where(starts, Path.MOVETO, Path.LINETO).astype(Path.code_type)
        colour = theme.hairline if coloured is None else coloured[number]
        line = PathPatch(
            Path(points, codes),
            fill=False,
            edgecolor=colour,
            linewidth=sheet.points(0.9 if coloured is None else 1.5),
            alpha=theme.hairline_alpha,
            zorder=1.0,
        )
        axes.add_artist(line)  # unlike add_patch it measures nothing, and so is quick


def bar_width(sheet: Sheet, ground: PlaneBackground) -> float:
    """What a colour bar needs beside the plane, with its labels, in pixels."""
    widest = max((sheet.width(text) for _, text in bar_ticks(ground)), default=0.0)
    return (_STRIP + 30.0) * sheet.unit + widest


def draw_bar(sheet: Sheet, box: Box, ground: PlaneBackground) -> None:
    """The shades from the lowest to the highest, with what they stand for on their right."""
    left, top, _, bottom = box
    axes = sheet.axes((left, top, left + _STRIP * sheet.unit, bottom))
    axes.set_axis_on()
    axes.imshow(ground.bands(sheet)[:, None], extent=(0.0, 1.0, 0.0, 1.0), origin="lower", aspect="auto")
    ticks = bar_ticks(ground)
    axes.xaxis.set_ticks([])
    axes.yaxis.set_ticks([level for level, _ in ticks], labels=[text for _, text in ticks])
    axes.yaxis.tick_right()
    axes.tick_params(
        labelsize=sheet.points(16),
        labelcolor=sheet.theme.muted,
        color=sheet.theme.frame,
        length=sheet.points(4),
        width=sheet.points(1.2),
        pad=sheet.points(4),
    )
    for spine in axes.spines.values():
        spine.set_color(sheet.theme.frame)
        spine.set_linewidth(sheet.points(1.0))


def bar_ticks(ground: PlaneBackground) -> list[tuple[float, str]]:
    """Levels and what they stand for; on a log scale 1, 2 and 5 of each decade where there is room."""
    if ground.convexity is not None:
        return [*((level, label(level)) for level in (0.0, 0.25, 0.5, 0.75)), (1.0, ground.most_convex)]
    tone = ground.tone
    if tone.linthresh is None:
        return _cut(ground, [(min(max(level, 0.0), 1.0), text) for level, text in norm_ticks(tone)])
    least = max(tone.low, 1e-12 * tone.high, 1e-300)
    if tone.low < 0.0:
        least = max(1e-2 * (tone.high - tone.low), 1e-300)
    most = max(tone.high, -tone.low, least)
    decades = range(int(np.floor(np.log10(least))), int(np.ceil(np.log10(most))) + 1)
    kept = [tone.low] if ground.picture.heights is None else [tone.low, tone.high]
    parts = (0.0, 1.0, 2.0, 5.0, -1.0, -2.0, -5.0) if tone.low < 0.0 else (1.0, 2.0, 5.0)
    for part in parts:
        values = np.array([part * 10.0**decade for decade in decades])
        for value in values[(values >= tone.low) & (values <= tone.high)].tolist():
            levels = tone.level(np.array([value, *kept]))
            if (np.abs(levels[1:] - levels[0]) >= _LEAST_GAP).all():
                kept.append(value)
    ticks = [(float(tone.level(np.array([value]))[0]), _short(value)) for value in sorted(kept)]
    return _cut(ground, ticks)


def _cut(ground: PlaneBackground, ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Ticks that say where losses go on beyond the lowest and the highest shade."""
    loss, tone = ground.picture.loss, ground.tone
    beyond = {0.0: "≤ " if (loss < tone.low).any() else "", 1.0: "≥ " if (loss > tone.high).any() else ""}
    return [(level, beyond.get(round(level, _DIGITS), "") + text) for level, text in ticks]


def name_of(point: PlanePoint) -> str:
    """The name of a point, and the loss there if it is known."""
    return point.label if point.loss is None else f"{point.label}: {label(point.loss, digits=3)}"


def _short(value: float) -> str:
    """A number in few letters, powers of ten as such."""
    size = abs(value)
    return (
        power_label(value)
        if size and not 1e-3 <= size < 1e5 and value > 0.0 and _is_power(value)
        else label(value, digits=max(2, len(f"{size:.0f}")))
    )


def _is_power(value: float) -> bool:
    exponent = np.log10(value)
    return bool(abs(exponent - round(exponent)) < 1e-9)
