"""A film: a recipe's descents, and the picture of them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ravine.core.atomic import atomic_write
from ravine.core.recipe import RecipeError
from ravine.films._data import Part, RunSketch, Sketch
from ravine.films._recipe import Recipe
from ravine.films._worker import Numbers
from ravine.landscapes import Landscape
from ravine.renderer import (
    Background,
    Batches,
    GridLosses,
    Pixels,
    Plot,
    Run,
    Scene,
    SceneFrames,
    Slice,
    Timing,
    Vector,
    ViewName,
    writers,
)
from ravine.renderer.style import ThemeName, arrow_colour, colours

if TYPE_CHECKING:
    from ravine.films._runs import Work
    from ravine.optimizers import Descent


_LOSS = "loss"
_TITLES = {
    "held_out_loss": "loss on held-out examples",
    "batch_loss": "loss on the minibatch",
    "gradient_norm": "norm of the gradient",
    "step": "step taken",
}
"""Over the axes, where the series' name does not do."""

_LINEAR = ("batch_loss", "step")
"""What is looked at for its ups and downs."""

_NAMES: dict[Part, str] = {
    "gradient": "−gradient",
    "velocity": "velocity",
    "jump": "jump ahead",
    "correction": "correction",
    "step": "step",
    "newton": "Newton's direction",
    "minimum": "to the minimum",
}


def drawn_runs(sketch: Sketch, theme: ThemeName) -> tuple[Run, ...]:
    """The runs, each in a colour of its own."""
    ours = {run.facts["rule"] for run in sketch.runs if run.facts["text"]}
    keys = [_colour_key(run.facts["rule"], run.facts["text"], ours) for run in sketch.runs]
    shades = colours(keys, theme=theme)
    names = {name for run in sketch.runs for name in run.series}
    return tuple(_drawn(run, names, colour, theme) for run, colour in zip(sketch.runs, shades, strict=True))


def _colour_key(rule: str, text: str | None, ours: Collection[str]) -> str:
    """Whose colour a run has: a rule of the user's leaves that of its name to ours beside it."""
    return rule if text or rule not in ours else f"another {rule}"


def plot_of(recipe: Recipe, sketch: Sketch, view: ViewName) -> Plot | None:
    """What is drawn over the steps: what is asked for, or what the landscape measures of its own.

    Raises:
        RecipeError: no run has such a series.
    """
    name = _usual_plot(recipe, sketch) if recipe.plot is None else recipe.plot
    if name == _LOSS:
        return Plot(name=_LOSS, title=_LOSS) if view == "chart" else None
    known = {key for run in sketch.runs for key in run.series}
    if sketch.runs and name not in known:
        raise RecipeError(f"plot is loss, {', '.join(sorted(known))}; got {name!r}.")
    title = _TITLES.get(name, name.replace("_", " "))
    return Plot(name=name, title=title, scale="linear" if name in _LINEAR else "auto")


def _usual_plot(recipe: Recipe, sketch: Sketch) -> str:
    if recipe.early_stopping is not None:
        return "held_out_loss"
    return sketch.landscape["measure"] or _LOSS


def _drawn(run: RunSketch, names: Collection[str], colour: str, theme: ThemeName) -> Run:
    """A run in its colour, with every series that any run has."""
    nothing = np.full(len(run.losses), np.nan)
    return Run(
        label=run.facts["label"],
        note=run.facts["note"],
        colour=colour,
        points=run.points,
        losses=run.losses,
        balls=run.balls,
        diverged_at=run.diverged_at if run.diverged_at >= 0 else None,
        untied=frozenset(run.facts["untied"]),
        series={_LOSS: run.losses, **dict.fromkeys(names, nothing), **run.series},
        vectors=tuple(
            Vector(
                name=_NAMES[arrow.part],
                colour=arrow_colour(arrow.part, theme=theme),
                tails=arrow.tails,
                arrows=arrow.arrows,
                unit=arrow.unit,
            )
            for arrow in run.vectors
        ),
        stopped_at=run.facts["stopped_at"],
    )


Progress = Callable[[int], None]

_SHOWN_ON: Mapping[str, tuple[ViewName, ...]] = {
    "show_vectors": ("contour",),
    "show_batch": ("contour",),
    "slices": ("contour", "surface"),
}
"""The views that have room for what is drawn on the landscape."""


class Film:
    """Optimizers descending a landscape.

    What a film needs is worked out when it is first asked for, and once.

    Attributes:
        recipe: All that determines the film.
    """

    def __init__(self, recipe: Recipe, *, numbers: Numbers | None = None) -> None:
        """A film of `recipe`, whose numbers are computed here unless they come from elsewhere."""
        self.recipe = recipe
        self._numbers = numbers
        self._timing = Timing(
            seconds=recipe.seconds,
            fps=recipe.fps,
            hold=recipe.hold,
            loops=recipe.loops,
            steps_per_frame=recipe.steps_per_frame,
        )

    @cached_property
    def work(self) -> "Work":
        """The recipe worked out in this process: its landscape, settings and descents."""
        from ravine.films._runs import Work

        return Work(self.recipe)

    @property
    def landscape(self) -> Landscape:
        """The ground, under the recipe's window and with its start."""
        return self.work.landscape

    @property
    def descents(self) -> tuple["Descent", ...]:
        """The runs, each under the setting that it ran with, its rate included."""
        return self.work.descents

    @cached_property
    def sketch(self) -> Sketch:
        """The numbers and texts of the picture."""
        return (self._numbers or self.work).sketch()

    @property
    def reproducing(self) -> tuple[str, ...]:
        """The optimizers as texts that reproduce the tuned rates, where they have a text."""
        return tuple(run.facts["text"] for run in self.sketch.runs if run.facts["text"])

    @cached_property
    def frames(self) -> SceneFrames:
        """The frames, drawn as they are read."""
        return SceneFrames(self._scene)

    def save(self, path: str | Path, *, on_frame: Progress | None = None) -> writers.Written:
        """Write the film; the ending of `path` says how.

        Args:
            path: .gif, .mp4, .webm, .webp, .png (the last frame), or a folder for a PNG a frame.
            on_frame: Called with the number of each frame that is written.

        Returns:
            How many frames the file holds, and why where they are not the film's number.

        Raises:
            OutputError: the folder is missing or not writable, or the ending is unknown.
        """
        writers.check_path(path, self.recipe.size)
        return writers.write(self.frames, path, on_frame=on_frame)

    def still(self, frame: int = -1) -> Pixels:
        """One frame, `UInt8[ndarray, "height width 4"]`; negative numbers count from the end.

        Raises:
            IndexError: the film has no such frame.
        """
        count = len(self.frames)
        if not -count <= frame < count:
            raise IndexError(f"The film has frames 0 to {count - 1}; got {frame}.")
        return self.frames.still(frame)

    def landscape_alone(self) -> Pixels:
        """A picture of the ground without any run."""
        return SceneFrames(replace(self._scene, runs=())).still(0)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"image/gif": writers.to_bytes(self.frames, ".gif"), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Film {self.recipe.described()}>"

    @property
    def _found(self) -> Recipe:
        """The recipe with the rates that were found, where all its optimizers have a text.

        A control has none, as its label has a comma; it comes again by itself.
        """
        texts = self.reproducing
        whole = len(texts) == len(self.recipe.optimizers)
        return self.recipe.replace(optimizers=texts) if whole else self.recipe

    @property
    def _scene(self) -> Scene:
        recipe, sketch = self.recipe, self.sketch
        view = _view(recipe, sketch)
        return Scene(
            ground=_ground(recipe, sketch, (self._numbers or self.work).losses),
            runs=drawn_runs(sketch, recipe.theme),
            view=view,
            turn=recipe.turn or 0.0,
            azimuth=recipe.azimuth,
            elevation=38.0 if recipe.elevation is None else recipe.elevation,
            size=recipe.size,
            theme=recipe.theme,
            panels=recipe.panels,
            timing=self._timing,
            title=recipe.title,
            subtitle=sketch.landscape["said"] or _said_of_starts(sketch),
            clock=recipe.clock.removesuffix("s"),
            plot=plot_of(recipe, sketch, view),
            comment=f"ravine {self._found.described()}",
        )


def _view(recipe: Recipe, sketch: Sketch) -> ViewName:
    """The view that is asked for, or the one that suits the landscape.

    Raises:
        RecipeError: the landscape has not the number of variables that the view shows, or the view does not
            show all that is asked for.
    """
    name, alone = sketch.landscape["name"], sketch.landscape["variables"] == 1
    view: ViewName = recipe.view or ("curve" if alone else "contour")
    if view == "curve" and not alone:
        raise RecipeError(f"The view curve is for a loss of x alone; {name} has two variables: see --slice.")
    if view in ("contour", "surface") and alone:
        raise RecipeError(f"{name} is a loss of x alone: its view is curve; got {view}.")
    for key, views in _SHOWN_ON.items():
        if not getattr(recipe, key) or view in views:
            continue
        if alone:
            raise RecipeError(f"There is no room for {key} on {name}, which is a loss of x alone.")
        raise RecipeError(f"The view {view} has no room for {key}; {' or '.join(views)} has.")
    return view


def _said_of_starts(sketch: Sketch) -> str:
    """What is said in place of where all runs start, where workers start elsewhere."""
    workers = [(run, ball) for run in sketch.runs for name, ball in run.balls.items() if "worker" in name]
    together = all((ball[0] == run.points[0]).all() for run, ball in workers)
    return "" if together else "workers start apart"


def _ground(recipe: Recipe, sketch: Sketch, losses: GridLosses) -> Background:
    kept = ("title", "equation", "window", "start", "minima", "lowest", "scale", "marks")
    return Background(
        **{key: sketch.landscape[key] for key in kept},
        losses=losses,
        slices=tuple(
            Slice(ends=(line[:2], line[2:]), losses=along)
            for line, along in zip(recipe.slices, sketch.slices, strict=True)
        ),
        batches=None
        if sketch.seen is None
        else Batches(xs=sketch.seen.xs, ys=sketch.seen.ys, losses=sketch.seen.losses),
    )


def save_if_changed(film: Film, path: Path, *, on_frame: Progress | None = None) -> bool:
    """Write the film unless the file holds these very bytes; whether it was written."""
    from ravine.renderer import writers

    content = writers.to_bytes(film.frames, path.suffix.lower(), on_frame=on_frame)
    if path.is_file() and path.read_bytes() == content:
        return False
    with atomic_write(path) as file:
        file.write(content)
    return True
