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
from ravine.renderer._legend import Legend
from ravine.renderer._loss_panel import LossPanel
from ravine.renderer._scene import Scene
from ravine.renderer._standings import Standings
from ravine.renderer._surface import SurfaceView
from ravine.renderer._theme import THEMES
from ravine.renderer._ticks import label, labels
from ravine.renderer._trails import Trails
from ravine.renderer._view import View

_READABLE_HERTZ = 6.5


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
        return [
            rgb(colour)
            for colour in (theme.ground, theme.text, theme.rim, *(run.colour for run in self._scene.runs))
        ]

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[Frame]:
        """Draw every frame in order, changing the picture only where two frames differ."""
        canvas = self._first()
        yield Frame(canvas.pixels, (0, 0, *self.size))
        drawn = dict.fromkeys(self._layers, self._moment(0))
        for index in range(1, len(self)):
            now = self._moment(index)
            due = [layer for layer in self._layers if self._is_due(layer, index)]
            boxes = {layer: layer.touched(drawn[layer], now) for layer in due}
            for box in boxes.values():
                canvas.restore(self._ground, box)
            self._turn(canvas, now)
            for layer, box in boxes.items():
                with canvas.clipped(box):
                    layer.draw(canvas, now)
                drawn[layer] = now
            yield Frame(canvas.pixels, union(list(boxes.values())))

    def still(self, index: int) -> Pixels:
        """A copy of the frame at `index`, negative from the end."""
        index = index % len(self)
        canvas = self._blank()
        self._turn(canvas, self._moment(index))
        for layer in self._layers:
            last = next(i for i in range(index, -1, -1) if i == 0 or self._is_due(layer, i))
            layer.draw(canvas, self._moment(last))
        return canvas.pixels.copy()

    def _is_due(self, layer: Layer, index: int) -> bool:
        """Whether a layer is drawn anew at a frame: figures that change faster cannot be read."""
        slow = max(1, round(self.fps / _READABLE_HERTZ))
        return layer.quick or index % slow == 0 or index == len(self) - 1

    def _first(self) -> Canvas:
        canvas = self._blank()
        for layer in self._layers:
            layer.draw(canvas, self._moment(0))
        return canvas

    def _blank(self) -> Canvas:
        canvas = Canvas(self.size, self._theme.ground)
        canvas.pixels[:] = self._ground
        return canvas

    def _turn(self, canvas: Canvas, now: Moment) -> None:
        """Paint a turning view's ground anew."""
        if self._view.turning:
            self._view.paint(canvas, now.share)

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
        texts = labels(y_ticks(scene.ground.window))
        widest = max((text_size(text, size=16 * unit)[0] for text in texts), default=0.0)
        return Layout.of(scene.size, panels=scene.panels, runs=len(scene.runs), tick_width=widest)

    @cached_property
    def _view(self) -> View:
        scene, layout = self._scene, self._layout
        bare = scene.panels == "none" or (scene.panels == "legend" and scene.view == "contour")
        place = {"box": layout.view, "theme": self._theme, "unit": layout.unit, "bare": bare}
        if scene.view == "contour":
            return ContourView(scene.ground, **place)
        return SurfaceView(
            scene.ground,
            np.stack([run.points for run in scene.runs] or [np.zeros((0, 2))]),
            azimuth=scene.azimuth,
            elevation=scene.elevation,
            turn=scene.turn,
            **place,
        )

    @cached_property
    def _layers(self) -> list[Layer]:
        scene, layout, theme = self._scene, self._layout, self._theme
        runs, unit = scene.runs, layout.unit
        layers: list[Layer] = []
        if runs:
            window = scene.ground.window
            layers.append(Trails(runs, view=self._view, window=window, theme=theme, unit=unit))
        if layout.header:
            layers.append(self._header(layout.header))
        if layout.standings:
            layers.append(Standings(runs, box=layout.standings, theme=theme, unit=unit))
        if layout.losses:
            lowest = scene.ground.lowest
            floor = self._view.lowest
            layers.append(
                LossPanel(runs, lowest=lowest, floor=floor, box=layout.losses, theme=theme, unit=unit)
            )
        if scene.panels == "legend" and runs:
            layers.append(Legend(runs, box=layout.view, theme=theme, unit=unit))
        return layers

    def _header(self, box: PixelBox) -> Header:
        scene = self._scene
        x, y = scene.ground.start
        start = f"all start at ({label(x)}, {label(y)})"
        return Header(
            scene.title or scene.ground.title,
            start if scene.runs else f"${scene.ground.equation}$",
            steps=scene.steps,
            box=box,
            theme=self._theme,
            unit=self._layout.unit,
        )
