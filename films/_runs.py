"""The computation of a recipe: its landscape, its runs, and their data as a picture shows them."""

import inspect
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ravine.films._checks import check_plot, view_of
from ravine.films._data import Arrays, FilmData, background_of, in_one_film, run_of
from ravine.films._landscape import as_it_is_now, check_starts, landscape_of, lowest_seen, stated_landscape
from ravine.films._overlays import (
    check_minimum,
    minimum_directions,
    newton_directions,
    seen_by_steps,
    slices_of,
    step_parts,
)
from ravine.films._recipe import Recipe
from ravine.films._sampling import check_sampling, describe_sampling, sampling_of
from ravine.films._series import (
    Series,
    evaluations_at,
    held_out_losses,
    measures_of,
    names_of,
    on_evaluations,
    series_of,
    with_batch_losses,
)
from ravine.landscapes import Landscape, losses_on_grid, stopping_step
from ravine.optimizers import (
    Descent,
    Sampling,
    Setting,
    as_setting,
    descend_tuned,
    draws_of,
    text_of,
    with_own_labels,
)
from ravine.renderer import Batches, Run, Vector


def check_recipe(recipe: Recipe, landscape: Landscape, settings: Sequence[Setting]) -> None:
    """Refuse options that do not go with the landscape or with each other.

    Args:
        recipe: The film's recipe.
        landscape: The recipe's, as far as it is stated.
        settings: The recipe's optimizers.

    Raises:
        RecipeError: naming the option and the remedy.
        HyperparameterError: an optimizer lacks a hyper-parameter.
    """
    for setting in settings:
        (setting.with_rate(1.0) if setting.needs_rate else setting).check_complete()
    check_sampling(recipe, landscape)
    view_of(recipe, name=landscape.name, variables=landscape.variables)
    if recipe.show_vectors == "minimum":
        check_minimum(landscape)
    if recipe.plot is not None:
        sampled = landscape.examples is not None or recipe.noise > 0.0
        check_plot(recipe.plot, names_of(settings, landscape, sampled=sampled))


def stop_early(descent: Descent, landscape: Landscape, *, patience: int) -> tuple[Descent, int | None]:
    """The run, and the step at which it was stopped, if it was."""
    step = stopping_step(held_out_losses(descent, landscape), patience=patience)
    return (descent, None) if step is None else (_held(descent, step), step)


def _held(descent: Descent, step: int) -> Descent:
    """The run up to a step, and from there on where it was then."""
    at = np.minimum(np.arange(len(descent.points)), step)
    taken = np.arange(len(descent.points) - 1) < step
    return descent._replace(
        points=descent.points[at],
        losses=descent.losses[at],
        gradients=descent.gradients[at],
        markers={name: places[at] for name, places in descent.markers.items()},
        series={name: np.where(taken, values, np.nan) for name, values in descent.series.items()},
        evaluations=descent.evaluations[at],
        diverged_at=descent.diverged_at if 0 <= descent.diverged_at <= step else np.array(-1),
    )


_ROOM = 3
"""The most runs beside each of which a copy without early stopping is shown."""


class ShownRun(NamedTuple):
    """A run that is shown.

    Attributes:
        setting: The optimizer with its hyper-parameters.
        leader: The place of the run whose learning rate it shares: its own, but for a control.
        stops: True if it is stopped early where that is asked for.
    """

    setting: Setting
    leader: int
    stops: bool = True


def without_controls(settings: Sequence[Setting]) -> tuple[ShownRun, ...]:
    """The settings alone."""
    return tuple(ShownRun(setting, place) for place, setting in enumerate(settings))


def with_controls(settings: Sequence[Setting], *, early_stopping: bool) -> tuple[ShownRun, ...]:
    """The settings, each followed by its control unless that is shown already."""
    shown: list[ShownRun] = []
    for setting in settings:
        place = len(shown)
        # Of a tuned control it is only known that its rate is its leader's.
        known = [*settings, *(run.setting for run in shown if not run.setting.needs_rate)]
        shown.append(ShownRun(setting, place))
        control = _without_delay(setting)
        if control is not None and not any(_is_same_run(control, other) for other in known):
            shown.append(ShownRun(control, place))
        if early_stopping and len(settings) <= _ROOM:
            unstopped = replace(setting, label=f"{setting.label}, not stopped")
            shown.append(ShownRun(unstopped, place, stops=False))
    return tuple(shown)


def _without_delay(setting: Setting) -> Setting | None:
    baseline = setting.optimizer.baseline
    if not baseline:
        return None
    hyperparameters = {**setting.hyperparameters, **baseline}
    return replace(setting, hyperparameters=hyperparameters, label=f"{setting.label}, no delay")


def _is_same_run(one: Setting, other: Setting) -> bool:
    alike = one.optimizer is other.optimizer and one.needs_rate == other.needs_rate
    return alike and one.complete == other.complete


class FilmRuns:
    """The landscape and the runs of a recipe, each computed when it is first asked for, and once."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    @cached_property
    def landscape(self) -> Landscape:
        """The landscape, under the recipe's window and with its start."""
        return landscape_of(self._recipe)

    @cached_property
    def _ground(self) -> Landscape:
        """The same, for programs of its own."""
        return as_it_is_now(self.landscape, self._recipe)

    def check(self) -> None:
        """Refuse a recipe whose names and options do not go together, before anything is computed.

        Raises:
            ValueError: naming what is wrong and the remedy.
        """
        check_recipe(self._recipe, stated_landscape(self._recipe), self.settings)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The optimizers as the recipe gives them and their controls, each under a label of its own."""
        return tuple(run.setting for run in self._shown)

    @cached_property
    def _shown(self) -> tuple[ShownRun, ...]:
        recipe = self._recipe
        given = with_own_labels([as_setting(optimizer) for optimizer in recipe.optimizers])
        if not recipe.control:
            return without_controls(given)
        shown = with_controls(given, early_stopping=recipe.early_stopping is not None)
        labelled = with_own_labels([run.setting for run in shown])
        return tuple(run._replace(setting=own) for run, own in zip(shown, labelled, strict=True))

    @cached_property
    def sampling(self) -> Sampling | None:
        """The minibatches or noise of each step; None where every step sees the whole loss."""
        draws = max(map(draws_of, self.settings))
        return sampling_of(self._recipe, self._ground, draws=draws)

    @cached_property
    def descents(self) -> tuple[Descent, ...]:
        """The runs, each with the rate that it ran with, and held where it was stopped."""
        return tuple(descent for descent, _ in self._stopped)

    @cached_property
    def stops(self) -> tuple[int | None, ...]:
        """The step at which each run was stopped early, if it was."""
        return tuple(stop for _, stop in self._stopped)

    @cached_property
    def _stopped(self) -> tuple[tuple[Descent, int | None], ...]:
        patience, landscape = self._recipe.early_stopping, self._ground
        if patience is None:
            return tuple((descent, None) for descent in self._walked)
        return tuple(
            stop_early(descent, landscape, patience=patience) if run.stops else (descent, None)
            for run, descent in zip(self._shown, self._walked, strict=True)
        )

    @cached_property
    def _walked(self) -> tuple[Descent, ...]:
        landscape, recipe = self._ground, self._recipe
        settings = self.settings
        if recipe.rates == "published":
            settings = tuple(_published(setting) for setting in settings)
        walked = descend_tuned(
            landscape.loss,
            settings,
            landscape.start,
            steps=recipe.steps,
            view=landscape.window,
            lowest=lowest_seen(landscape),
            sampling=self.sampling,
            leaders=[run.leader for run in self._shown],
        )
        check_starts(walked, landscape, recipe)
        return tuple(with_batch_losses(descent, self.sampling) for descent in walked)

    @cached_property
    def measures(self) -> tuple[Series, ...]:
        """The landscape's measures along each run beside the loss, such as accuracy."""
        return tuple(measures_of(descent, self._ground) for descent in self.descents)

    def data(self) -> FilmData:
        """Work out the landscape's background and the runs, as the picture shows them."""
        self.check()
        given = [setting.hyperparameters for setting in self.settings]
        ran = [descent.setting.hyperparameters for descent in self.descents]
        landscape, texts = self.landscape, tuple(text_of(descent.setting) for descent in self.descents)
        return FilmData(
            name=landscape.name,
            domain=landscape.domain,
            variables=landscape.variables,
            measure=next(iter(landscape.measures), None),
            sampling=describe_sampling(self._recipe, landscape),
            background=background_of(
                landscape,
                self.losses,
                slices=slices_of(self._ground, self._recipe.slices),
                batches=self._batches(),
            ),
            runs=in_one_film(tuple(map(self._run, self.descents, self.stops)), texts),
            texts=texts,
            tuned=self._recipe.rates == "tuned" and given != ran,
            outside=not landscape.contains(landscape.start),
        )

    def arrays(self) -> Arrays:
        """Work out the data as named arrays."""
        return self.data().to_arrays()

    def _run(self, descent: Descent, stop: int | None) -> Run:
        series = series_of(descent, self._ground)
        vectors = self._vectors(descent)
        if self._recipe.clock == "evaluations":
            stop = None if stop is None else evaluations_at(descent, stop)
            descent, series = on_evaluations(descent, series, total=self._recipe.steps)
        return run_of(descent, series=series, vectors=vectors, stopped_at=stop)

    def _vectors(self, descent: Descent) -> tuple[Vector, ...]:
        match self._recipe.show_vectors:
            case "step":
                return step_parts(descent)
            case "newton":
                return newton_directions(descent, self._ground)
            case "minimum":
                return minimum_directions(descent, self._ground)
            case None:
                return ()

    def _batches(self) -> Batches | None:
        if not self._recipe.show_batch or self.sampling is None:
            return None
        return seen_by_steps(self._ground, self.sampling)

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        """The loss at every pair of an x and a y."""
        return losses_on_grid(self._ground.loss, xs, ys)


def _published(setting: Setting) -> Setting:
    """The setting at the catalogue's rate, where it gives none and the catalogue has one."""
    owner = setting.rate_owner
    if owner is None or not setting.needs_rate:
        return setting
    rate = owner.optimizer.defaults["learning_rate"]
    return setting if rate is inspect.Parameter.empty else setting.with_rate(rate)
