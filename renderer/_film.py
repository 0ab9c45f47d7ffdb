"""A scene as a film: the background painted once, then frame after frame what moves on it."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from ravine.renderer import views
from ravine.renderer._frames import RGB, Frame, Moment, Pixels
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import TEXT, Canvas, rgb, text_size, union
from ravine.renderer.layers import Context, Layer, OnView
from ravine.renderer.panels import covered, is_wanted, panels_of
from ravine.renderer.style import THEMES, Layout
from ravine.renderer.views import Place, View, ViewKind

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
        """The number of times that a player shows the film; 0 is for ever."""
        return self._scene.timing.loops

    @property
    def comment(self) -> str:
        """The film's comment: a description of its recipe."""
        return self._scene.comment

    @property
    def exact_colours(self) -> Sequence[RGB]:
        """The runs' colours and those of background, text and rims."""
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
            boxes = {layer: layer.dirty_box(drawn[layer], now) for layer in due}
            for box in boxes.values():
                canvas.restore(self._background, box)
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
            layer.draw(canvas, self._moment(index if layer.animated else self._last_readable(index)))
        return canvas.pixels.copy()

    def _is_due(self, layer: Layer, index: int) -> bool:
        """Tell whether a layer is redrawn at a frame."""
        return layer.animated or index == self._last_readable(index)

    def _last_readable(self, index: int) -> int:
        """The frame, up to one, at which slow layers are drawn: figures that change faster cannot be read."""
        slow = max(1, round(self.fps / _READABLE_HERTZ))
        return index if index == len(self) - 1 else index - index % slow

    def _readable(self, moment: Moment) -> Moment:
        """Return the moment that slow layers show at a moment."""
        return self._moment(self._last_readable(round(moment.share * (len(self) - 1))))

    def _first(self) -> Canvas:
        canvas = self._blank()
        for layer in self._layers:
            layer.draw(canvas, self._moment(0))
        return canvas

    def _blank(self) -> Canvas:
        canvas = Canvas(self.size, self._theme.ground)
        canvas.pixels[:] = self._background
        return canvas

    def _turn(self, canvas: Canvas, now: Moment) -> None:
        """Paint a turning view's background again."""
        if self._view.turning:
            self._view.paint(canvas, now.share)

    def _moment(self, index: int) -> Moment:
        return Moment(float(self._positions[index]), index / max(1, len(self) - 1))

    @cached_property
    def _background(self) -> Pixels:
        canvas = Canvas(self.size, self._theme.ground)
        self._view.paint(canvas, 0.0)
        for layer in self._layers:
            layer.paint(canvas)
        return canvas.pixels.copy()

    @cached_property
    def _kind(self) -> ViewKind:
        return views.catalogue.load(self._scene.view)

    @cached_property
    def _layout(self) -> Layout:
        scene, geometry = self._scene, self._kind.geometry
        texts, size = self._kind.tick_texts(scene), TEXT * scene.size[1] / 720
        layout = Layout.of(
            scene.size,
            panels=scene.panels,
            runs=len(scene.runs),
            tick_width=max((text_size(text, size=size)[0] for text in texts), default=0.0),
            plot=is_wanted("losses", scene, geometry),
        )
        return layout.with_names() if any(scene.background.axes) and geometry == "flat" else layout

    @cached_property
    def _view(self) -> View:
        scene, layout = self._scene, self._layout
        # A surface has its labels in its own box; those of other views would stand outside the picture.
        bare = scene.panels == "none" or (scene.panels == "legend" and self._kind.geometry != "relief")
        place = Place(
            box=layout.view,
            theme=self._theme,
            unit=layout.unit,
            bare=bare,
            padded=layout.header is None,
            covered=covered(scene, layout),
        )
        return self._kind.open(scene, place)

    @cached_property
    def _layers(self) -> list[Layer]:
        context = Context(
            scene=self._scene,
            view=self._view,
            geometry=self._kind.geometry,
            layout=self._layout,
            readable=self._readable,
        )
        return [OnView.of(context), *panels_of(context)]
