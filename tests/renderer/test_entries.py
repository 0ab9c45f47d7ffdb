"""A view, a layer and a panel are one module each: nothing else knows their names."""

import sys
from types import ModuleType

import numpy as np
import pytest

from ravine.core import catalogue
from ravine.renderer import layers, panels, views
from ravine.renderer.canvas import rgb
from ravine.renderer.layers import LayerKind
from ravine.renderer.panels import PanelKind
from ravine.renderer.views import KeyEntry, ViewKind
from ravine.renderer.views.contour import ContourView

RED = "#fe0102"


@pytest.fixture
def add(monkeypatch):
    """Adds a module with one record to a package, as a file in its folder would."""
    names = catalogue._module_names

    def add(package: ModuleType, name: str, variable: str, record: object) -> None:
        module = ModuleType(f"{package.__name__}.{name}")
        setattr(module, variable, record)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(
            catalogue,
            "_module_names",
            lambda of: (*names(of), name) if of == package.__name__ else names(of),
        )

    return add


def red(pixels: np.ndarray) -> np.ndarray:
    """Where a picture is red."""
    return (pixels[..., :3] == rgb(RED)).all(-1)


class Spot:
    """A red square about the middle of a box, which is drawn at every frame."""

    quick = True

    def __init__(self, box):
        left, top, right, bottom = box
        self.box = (
            (left + right) // 2 - 5,
            (top + bottom) // 2 - 5,
            (left + right) // 2,
            (top + bottom) // 2,
        )

    def paint(self, canvas):
        pass

    def touched(self, before, now):
        return self.box

    def draw(self, canvas, moment):
        left, top, right, bottom = self.box
        canvas.pixels[top:bottom, left:right, :3] = rgb(RED)


def test_an_own_view_has_every_layer_of_its_geometry(scenes, add):
    class Mirrored(ContourView):
        def place(self, points, share):
            placed = super().place(points, share)
            left, _, right, _ = self.box
            return placed._replace(points=placed.points * (-1, 1) + (left + right, 0))

    def opened(scene, place):
        return Mirrored(scene.ground, box=place.box, theme=place.theme, unit=place.unit, bare=place.bare)

    add(views, "mirrored", "VIEW", ViewKind(about="", geometry="flat", open=opened))
    runs = scenes.runs(2)
    kinds = {}
    for view in ("contour", "mirrored"):
        frames = scenes.frames(*runs, view=view, panels="none")
        kinds[view] = [type(layer) for layer in frames._layers[0]._layers]
        (ball, *_) = frames._layers[0]._layers[-1]._state.at(frames._moment(len(frames) - 1)).runs
        kinds[view, "ball"] = ball.head
    assert kinds["mirrored"] == kinds["contour"]
    (x, y), (mirrored, same) = kinds["contour", "ball"], kinds["mirrored", "ball"]
    assert mirrored == pytest.approx(320 - x)
    assert same == y


def test_an_own_layer_is_drawn_on_its_geometries_and_named_in_the_key(scenes, add, written):
    def entries(scene, geometry):
        yield KeyEntry("a spot", RED, 0, lambda *_: None)

    of = {"of": lambda context: Spot(context.view.box), "key": entries}
    add(layers, "spot", "LAYER", LayerKind(on=("flat", "relief"), zorder=90, **of))
    for view, drawn in (("contour", True), ("surface", True), ("chart", False)):
        written.clear()
        frames = scenes.frames(view=view, panels="none", size=(640, 360))
        assert red(frames.still(-1)).any() == drawn
        assert ("a spot" in written.words) == drawn
        *_, (last, _) = frames
        assert red(last).any() == drawn


def test_an_own_panel_takes_its_box_where_it_has_something_to_show(scenes, add):
    def shows(scene, geometry):
        return scene.title == "spotted"

    panel = PanelKind(slot="losses", order=45, of=lambda context, box: Spot(box), shows=shows)
    add(panels, "spot", "PANEL", panel)
    for title in ("spotted", "plain"):
        frames = scenes.frames(title=title, size=(1280, 720))
        left, top, right, bottom = frames._layout.losses
        seen = red(frames.still(-1))
        assert seen.any() == (title == "spotted")
        assert seen.sum() == seen[top:bottom, left:right].sum()


@pytest.mark.parametrize("name", ["contuor", "nothing"])
def test_an_unknown_view_is_told_with_those_that_there_are(scenes, name):
    with pytest.raises(catalogue.UnknownNameError) as raised:
        len(scenes.frames(view=name)._layers)
    hint = " Did you mean 'contour'?" if name == "contuor" else ""
    assert str(raised.value) == f"{name!r} is not a view.{hint} There are chart, contour, curve, surface."
