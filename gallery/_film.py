"""A film: a recipe's descents, and the picture of them."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ravine.gallery._ground import landscape_of, lowest_seen
from ravine.gallery._kept import Kept
from ravine.gallery._recipe import COMMON_RULES, Recipe
from ravine.gallery._sketch import Sketch
from ravine.landscapes import Landscape
from ravine.optimizers import Optimizer, Setting, read_setting
from ravine.renderer import Pixels, Scene, SceneFrames, Timing, colours, writers

if TYPE_CHECKING:
    from ravine.optimizers import Descent

Progress = Callable[[int], None]


class Film:
    """Optimizers descending a landscape.

    What a film needs is worked out when it is first asked for, and once.

    Attributes:
        recipe: All that determines the film.
    """

    def __init__(self, recipe: Recipe, *, kept: Kept | None = None) -> None:
        """A film of `recipe`; numbers that are `kept` from an earlier call are not computed again."""
        self.recipe = recipe
        self._kept = kept if recipe.is_text else None
        self._timing = Timing(
            seconds=recipe.seconds,
            fps=recipe.fps,
            hold=recipe.hold,
            loops=recipe.loops,
            steps_per_frame=recipe.steps_per_frame,
        )

    @cached_property
    def landscape(self) -> Landscape:
        """The ground, under the recipe's window and with its start."""
        return landscape_of(self.recipe)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The optimizers as the recipe gives them, each under a label of its own."""
        return _with_own_labels([_as_setting(optimizer) for optimizer in self.recipe.optimizers])

    @cached_property
    def descents(self) -> tuple["Descent", ...]:
        """The runs, each under the setting that it ran with, its rate included."""
        landscape, recipe = self.landscape, self.recipe
        settings = self.settings
        if recipe.rates == "published":
            settings = tuple(replace(s, hyperparameters=_published(s)) for s in settings)
        from ravine.optimizers import descend_tuned

        return descend_tuned(
            landscape.loss,
            settings,
            landscape.start,
            steps=recipe.steps,
            view=landscape.window,
            lowest=lowest_seen(landscape),
        )

    @cached_property
    def sketch(self) -> Sketch:
        """The numbers and texts of the picture."""
        source = self.recipe.computed_from
        found = self._kept.load(source) if self._kept else None
        if found is not None:
            return Sketch.from_arrays(found)
        given = [setting.hyperparameters for setting in self.settings]
        ran = [descent.setting.hyperparameters for descent in self.descents]
        tuned = self.recipe.rates == "tuned" and given != ran
        sketch = Sketch.of(self.landscape, self.descents, tuned=tuned)
        if self._kept:
            self._kept.save(source, sketch.to_arrays())
        return sketch

    @property
    def reproducing(self) -> tuple[str, ...]:
        """The optimizers as texts that reproduce the tuned rates, where they have a text."""
        return tuple(run["text"] for run in self.sketch.runs if run["text"])

    @cached_property
    def frames(self) -> SceneFrames:
        """The frames, drawn as they are read."""
        return SceneFrames(self._scene)

    def save(self, path: str | Path, *, on_frame: Progress | None = None) -> None:
        """Write the film; the ending of `path` says how.

        Args:
            path: .gif, .mp4, .webm, .webp, .png (the last frame), or a folder for a PNG a frame.
            on_frame: Called with the number of each frame that is written.

        Raises:
            OutputError: the folder is missing or not writable, or the ending is unknown.
        """
        writers.check_path(path, self.recipe.size)
        writers.write(self.frames, path, on_frame=on_frame)

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
    def _scene(self) -> Scene:
        recipe, sketch = self.recipe, self.sketch
        return Scene(
            ground=sketch.ground(self._grid_losses),
            runs=sketch.drawn(colours([run["rule"] for run in sketch.runs], theme=recipe.theme)),
            view=recipe.view,
            turn=recipe.turn or 0.0,
            azimuth=recipe.azimuth,
            elevation=38.0 if recipe.elevation is None else recipe.elevation,
            size=recipe.size,
            theme=recipe.theme,
            panels=recipe.panels,
            timing=self._timing,
            title=recipe.title,
            comment=f"ravine {recipe.described()}",
        )

    def _grid_losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        recipe = self.recipe
        source = {"losses of": [recipe.landscape, recipe.function], "grid": [_ends(xs), _ends(ys)]}
        found = self._kept.load(source) if self._kept else None
        if found is not None:
            return found["losses"]
        from ravine.landscapes import losses_on_grid

        losses = losses_on_grid(self.landscape.loss, xs, ys)
        if self._kept:
            self._kept.save(source, {"losses": losses})
        return losses


def film(
    landscape: str | Landscape | Callable[..., Any] = "beale",
    optimizers: Sequence[Any] = COMMON_RULES,
    **choices: Any,
) -> Film:
    """A film of optimizers descending a landscape.

    Args:
        landscape: A name of the catalogue, a `Landscape`, or any function of a point in jax.numpy.
        optimizers: Texts such as "adam:learning_rate=0.1", settings, optimizers of the catalogue, optax
            transformations, or functions that build one, such as `optax.lion`, whose rate is then tuned.
        choices: Any other key of `Recipe`.

    Raises:
        RecipeError: a choice is unknown or of the wrong kind.

    Example:
        >>> ravine.film("rosenbrock", ["adam", optax.lion], steps=300).save("race.gif")  # doctest: +SKIP
    """
    return Film(Recipe.of({"landscape": landscape, "optimizers": tuple(optimizers), **choices}))


def _as_setting(optimizer: Any) -> Setting:
    if isinstance(optimizer, Setting):
        return optimizer
    if isinstance(optimizer, str):
        return read_setting(optimizer)
    if isinstance(optimizer, Optimizer):
        return Setting(optimizer=optimizer)
    return Setting(optimizer=Optimizer.of(optimizer))


def _published(setting: Setting) -> dict[str, Any]:
    defaults = setting.optimizer.defaults
    rate = defaults.get("learning_rate", inspect.Parameter.empty)
    given = {} if rate is inspect.Parameter.empty else {"learning_rate": rate}
    return {**given, **setting.hyperparameters}


def _with_own_labels(settings: list[Setting]) -> tuple[Setting, ...]:
    """Number the labels that several runs share."""
    labels = [setting.label for setting in settings]
    seen: dict[str, int] = {}
    own = []
    for setting in settings:
        seen[setting.label] = seen.get(setting.label, 0) + 1
        repeated = labels.count(setting.label) > 1
        label = f"{setting.label} {seen[setting.label]}" if repeated else setting.label
        own.append(replace(setting, label=label))
    return tuple(own)


def _ends(places: Float[np.ndarray, " places"]) -> tuple[float, float, int]:
    """What tells evenly spaced places."""
    return float(places[0]), float(places[-1]), len(places)
