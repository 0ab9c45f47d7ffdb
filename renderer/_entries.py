"""What on a view needs a name: the entries of its key."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from ravine.renderer._fading import FADING
from ravine.renderer._scene import Run, Scene
from ravine.renderer._sight import kind_of
from ravine.renderer._theme import THEMES

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
    for kind, name in named:
        colours = {run.colour for run in runs for ball in run.balls if kind_of(ball) == kind}
        if colours:
            yield Entry(name, colours.pop() if len(colours) == 1 else muted, kind)
