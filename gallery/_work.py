"""What of a recipe is computed: its landscape, its runs, and the ground that they run on."""

import inspect
from dataclasses import replace
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np
from jaxtyping import Float

from ravine.gallery._ground import landscape_of, lowest_seen
from ravine.gallery._recipe import Recipe
from ravine.gallery._sketch import Sketch
from ravine.landscapes import Landscape, losses_on_grid
from ravine.optimizers import Descent, Optimizer, Setting, descend_tuned, read_setting


class Work:
    """A recipe, worked out where it is first asked for, and once."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    @cached_property
    def landscape(self) -> Landscape:
        """The ground, under the recipe's window and with its start."""
        return landscape_of(self._recipe)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The optimizers as the recipe gives them, each under a label of its own."""
        return _with_own_labels([_as_setting(optimizer) for optimizer in self._recipe.optimizers])

    @cached_property
    def descents(self) -> tuple[Descent, ...]:
        """The runs, each under the setting that it ran with, its rate included."""
        landscape, recipe = self.landscape, self._recipe
        settings = self.settings
        if recipe.rates == "published":
            settings = tuple(replace(s, hyperparameters=_published(s)) for s in settings)
        return descend_tuned(
            landscape.loss,
            settings,
            landscape.start,
            steps=recipe.steps,
            view=landscape.window,
            lowest=lowest_seen(landscape),
        )

    def sketch(self) -> Sketch:
        """The numbers and texts of the picture."""
        given = [setting.hyperparameters for setting in self.settings]
        ran = [descent.setting.hyperparameters for descent in self.descents]
        tuned = self._recipe.rates == "tuned" and given != ran
        return Sketch.of(self.landscape, self.descents, tuned=tuned)

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        """The loss at every pair of an x and a y."""
        return losses_on_grid(self.landscape.loss, xs, ys)


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
    given = [setting.label for setting in settings]
    taken = {label for label in given if given.count(label) == 1}
    own = []
    for setting in settings:
        label = setting.label
        if label not in taken or label in (run.label for run in own):
            label = next(f"{label} {n}" for n in count(1) if f"{label} {n}" not in taken)
            taken.add(label)
        own.append(replace(setting, label=label))
    return tuple(own)
