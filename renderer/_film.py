"""A scene as a film: the ground painted once, then frame after frame what moves on it."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from ravine.renderer._frames import RGB, Frame, PixelBox, Pixels
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas, label, labels, norm_ticks, rgb, text_size, union
from ravine.renderer.layers import Layer, Moment, OnView, Rolling
from ravine.renderer.panels import Caption, Header, Legend, SlicePanel, Standings, chart, has_panel, panel
from ravine.renderer.style import THEMES, Layout
from ravine.renderer.views import ContourView, CurveView, Profile, SurfaceView, View, y_ticks

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
            layer.draw(canvas, self._moment(index if layer.quick else self._last_readable(index)))
        return canvas.pixels.copy()

    def _is_due(self, layer: Layer, index: int) -> bool:
        """Whether a layer is drawn anew at a frame."""
        return layer.quick or index == self._last_readable(index)

    def _last_readable(self, index: int) -> int:
        """The frame, up to one, at which slow layers are drawn: figures that change faster cannot be read."""
        slow = max(1, round(self.fps / _READABLE_HERTZ))
        return index if index == len(self) - 1 else index - index % slow

    def _readable(self, moment: Moment) -> Moment:
        """What slow layers show at a moment."""
        return self._moment(self._last_readable(round(moment.share * (len(self) - 1))))

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
        if self._view and self._view.turning:
            self._view.paint(canvas, now.share)

    def _moment(self, index: int) -> Moment:
        return Moment(float(self._positions[index]), index / max(1, len(self) - 1))

    @cached_property
    def _ground(self) -> Pixels:
        canvas = Canvas(self.size, self._theme.ground)
        if self._view:
            self._view.paint(canvas, 0.0)
        for layer in self._layers:
            layer.paint(canvas)
        return canvas.pixels.copy()

    @cached_property
    def _layout(self) -> Layout:
        scene = self._scene
        unit = scene.size[1] / 720
        texts = self._tick_texts()
        widest = max((text_size(text, size=16 * unit)[0] for text in texts), default=0.0)
        layout = Layout.of(
            scene.size,
            panels=scene.panels,
            runs=len(scene.runs),
            tick_width=widest,
            aside=bool(scene.ground.slices),
            plot=has_panel(scene),
        )
        return layout.with_names() if any(scene.ground.axes) and scene.view == "contour" else layout

    def _tick_texts(self) -> list[str]:
        """The labels left of the view; a chart has room for its own."""
        if self._scene.view == "chart":
            return []
        if self._scene.view == "curve":
            return [text for _, text in norm_ticks(self._profile.tone)]
        return labels(y_ticks(self._scene.ground.window))

    @cached_property
    def _profile(self) -> Profile:
        return Profile.of(self._scene.ground)

    @cached_property
    def _view(self) -> View | None:
        """The landscape; a chart has none."""
        scene, layout = self._scene, self._layout
        bare = scene.panels == "none" or (scene.panels == "legend" and scene.view != "surface")
        place = {"box": layout.view, "theme": self._theme, "unit": layout.unit, "bare": bare}
        if scene.view == "chart":
            return None
        if scene.view == "curve":
            return CurveView(scene.ground, self._profile, lanes=len(scene.runs), **place)
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
        with_legend = scene.panels == "legend" and runs
        legend = Legend(runs, box=layout.view, theme=theme, unit=unit) if with_legend else None
        layers = [self._moving(legend)]
        if layout.header:
            layers.append(self._header(layout.header))
        elif scene.subtitle and self._view:
            layers.append(
                Caption(
                    scene.subtitle,
                    box=layout.view,
                    above=scene.view == "curve",
                    turning=self._view.turning,
                    theme=theme,
                    unit=unit,
                )
            )
        if layout.standings:
            layers.append(Standings(runs, box=layout.standings, theme=theme, unit=unit, count=scene.count))
        if layout.losses and scene.ground.slices:
            layers.append(SlicePanel(scene.ground.slices, box=layout.losses, theme=theme, unit=unit))
        elif layout.losses:
            floor = self._view.lowest if self._view else None
            layers.append(panel(scene, layout.losses, floor=floor, unit=unit))
        if legend:
            layers.append(legend)
        return layers

    def _moving(self, legend: Legend | None) -> Layer:
        """What moves in the view's place."""
        scene, view, unit = self._scene, self._view, self._layout.unit
        if view is None:
            box = legend.touched(self._moment(0), self._moment(0)) if legend else None
            return chart(scene, self._layout, box)
        if isinstance(view, CurveView):
            return OnView(Rolling.layers(scene, view=view, theme=self._theme), view=view)
        return OnView.of(scene, view=view, unit=unit, readable=self._readable)

    def _header(self, box: PixelBox) -> Header:
        scene = self._scene
        return Header(
            scene.title or scene.ground.title,
            scene.subtitle or _subtitle(scene),
            clock=scene.clock,
            count=scene.count,
            steps=scene.steps,
            box=box,
            theme=self._theme,
            unit=self._layout.unit,
        )


def _subtitle(scene: Scene) -> str:
    """The landscape's equation where it is alone, and where all runs start; nothing of it on a chart."""
    if scene.view == "chart":
        return ""
    if not scene.runs:
        return f"${scene.ground.equation}$"
    x, y = map(label, scene.ground.start)
    return f"all start at x = {x}" if scene.view == "curve" else f"all start at ({x}, {y})"
