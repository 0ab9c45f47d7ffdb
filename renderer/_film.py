"""A scene as a film: the ground painted once, then frame after frame what moves on it."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from ravine.renderer._canvas import Canvas, rgb, text_size, union
from ravine.renderer._contour import ContourView, y_ticks
from ravine.renderer._frames import RGB, Frame, PixelBox, Pixels
from ravine.renderer._header import Header
from ravine.renderer._layer import Layer, Moment
from ravine.renderer._layout import Layout
from ravine.renderer._loss_panel import LossPanel
from ravine.renderer._scene import Scene
from ravine.renderer._standings import Standings
from ravine.renderer._theme import THEMES
from ravine.renderer._ticks import label
from ravine.renderer._trails import Trails
from ravine.renderer._view import View


class SceneFrames:
    """The frames of a scene, drawn as they are read."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._theme = THEMES[scene.theme]
        self._positions = scene.timing.positions(scene.steps)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._scene.size

    @property
    def durations(self) -> Sequence[float]:
        """Seconds for which each frame stands."""
        return self._scene.timing.durations(len(self._positions))

    @property
    def fps(self) -> float:
        """Frames a second while the film moves."""
        return self._scene.timing.fps

    @property
    def loops(self) -> int:
        """How often a player repeats the film; 0 is for ever."""
        return self._scene.timing.loops

    @property
    def comment(self) -> str:
        """What made the film."""
        return self._scene.comment

    @property
    def exact_colours(self) -> Sequence[RGB]:
        """The runs' colours and those of ground, text and rims."""
        theme = self._theme
        return [rgb(colour) for colour in (theme.ground, theme.text, theme.rim, *self._scene.colours)]

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[Frame]:
        """Draw every frame in order, each onto the ground that the one before has left."""
        canvas = self._blank()
        drawn: list[PixelBox] = []
        for index in range(len(self)):
            touched = [*drawn, *(self._repaint(canvas, index) if index else [])]
            for box in touched:
                canvas.restore(self._ground, box)
            drawn = self._draw(canvas, index)
            whole = (0, 0, *self.size)
            yield Frame(canvas.pixels, union([*touched, *drawn]) if index else whole)

    def still(self, index: int) -> Pixels:
        """A copy of the frame at `index`, negative from the end."""
        canvas = self._blank()
        self._draw(canvas, index % len(self))
        return canvas.pixels.copy()

    def _blank(self) -> Canvas:
        canvas = Canvas(self.size, self._theme.ground)
        canvas.pixels[:] = self._ground
        return canvas

    def _repaint(self, canvas: Canvas, index: int) -> list[PixelBox]:
        del canvas, index
        return []

    def _draw(self, canvas: Canvas, index: int) -> list[PixelBox]:
        moment = self._moment(index)
        return [layer.draw(canvas, moment) for layer in self._layers]

    def _moment(self, index: int) -> Moment:
        return Moment(float(self._positions[index]), index / max(1, len(self) - 1))

    @cached_property
    def _ground(self) -> Pixels:
        canvas = Canvas(self.size, self._theme.ground)
        self._view.paint(canvas, 0.0)
        for layer in self._layers:
            layer.paint(canvas)
        return canvas.pixels.copy()

    @cached_property
    def _layout(self) -> Layout:
        scene = self._scene
        unit = scene.size[1] / 720
        labels = [label(value) for value in y_ticks(scene.landscape.window)]
        widest = max(text_size(text, size=16 * unit)[0] for text in labels)
        return Layout.of(scene.size, panels=scene.panels, runs=len(scene.descents), tick_width=widest)

    @cached_property
    def _view(self) -> View:
        scene, layout = self._scene, self._layout
        return ContourView(
            scene.landscape,
            box=layout.view,
            theme=self._theme,
            unit=layout.unit,
            bare=layout.header is None,
        )

    @cached_property
    def _layers(self) -> list[Layer]:
        scene, layout, theme = self._scene, self._layout, self._theme
        runs, unit = (scene.descents, scene.colours), layout.unit
        layers: list[Layer] = [Trails(*runs, view=self._view, theme=theme, unit=unit)]
        if layout.header:
            x, y = scene.start
            layers.append(
                Header(
                    scene.title or scene.landscape.title,
                    f"all start at ({x:.4g}, {y:.4g})".replace("-", "\N{MINUS SIGN}"),
                    steps=scene.steps,
                    box=layout.header,
                    theme=theme,
                    unit=unit,
                )
            )
        if layout.standings:
            layers.append(Standings(*runs, box=layout.standings, theme=theme, unit=unit))
        if layout.losses:
            layers.append(
                LossPanel(*runs, lowest=scene.landscape.lowest, box=layout.losses, theme=theme, unit=unit)
            )
        return layers
