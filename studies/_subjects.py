"""What a study looks at: networks that are trained here, or points that are given."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

import jax
import numpy as np
from jaxtyping import Bool

from ravine import optimizers
from ravine.core.cache import cache_folder
from ravine.core.progress import Stage
from ravine.core.pytree import Params
from ravine.core.recipe import RecipeError
from ravine.landscapes import networks
from ravine.landscapes.networks import Objective, Problem, one_number
from ravine.optimizers import Setting, SpecError, as_setting, parse_spec, small_print, with_own_labels
from ravine.studies._checkpoints import points_of
from ravine.studies._checks import check_trainings
from ravine.studies._fixed import Fixed, fixing
from ravine.studies._options import Options
from ravine.studies.training import Training, choose_rate, train

_EXAMPLE = "'mlp' or 'mlp:widths=[8,8],activation=tanh'"

Chosen = TypeVar("Chosen", bound=Options)


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """One training of a network.

    Attributes:
        label: In the legend.
        rule: The optimizer's name in the catalogue, which has its colour.
        note: The small print: its hyper-parameters.
        text: The optimizer as it is written on the command line; empty where it has no text.
    """

    label: str
    rule: str
    note: str
    text: str
    setting: Setting
    batch_size: int | str
    problem: Problem
    training: Training

    @property
    def start(self) -> Params:
        return self.training.start

    @property
    def solution(self) -> Params:
        return self.training.solution


def problem_of(choices: Options, text: str) -> Problem:
    """The network of a text such as "mlp:activation=tanh" on the chosen data.

    Raises:
        ValueError: the text, the network or the data is none.
    """
    try:
        spec = parse_spec(text)
    except SpecError as error:
        raise RecipeError(
            f"The network {text!r} cannot be read from column {error.column} on; write it as {_EXAMPLE}."
        ) from None
    if spec.label is not None:
        raise RecipeError(f"A label is an optimizer's; {text!r} is a network, written as {_EXAMPLE}.")
    network = networks.load(spec.name)
    options = dict(spec.hyperparameters)
    return Problem(network=network, data=networks.load_data(choices.data), options=options)


def trainings(choices: Options, stage: Stage, *, seed: int | None = None) -> Iterator[Trained]:
    """Every network under every optimizer, trained from the initial weights of the seed."""
    for text in choices.networks:
        problem = problem_of(choices, text)
        for setting, size in _settings(choices):
            rated = _rated(choices, problem, setting, size, stage)
            yield _trained(choices, problem, rated, size, stage, choices.seed if seed is None else seed)


def with_rates(choices: Chosen, stage: Stage) -> Chosen:
    """The choices with the rates that were not given, found on the network if there is one alone.

    Of several networks each has rates of its own.

    Raises:
        ValueError: one of the trainings cannot begin.
    """
    if choices.points:
        return choices
    problems, settings = [problem_of(choices, text) for text in choices.networks], list(_settings(choices))
    check_trainings(problems, settings)
    if len(problems) > 1 or not any(setting.needs_rate for setting, _ in settings):
        return choices
    rated = (_rated(choices, problems[0], *pair, stage) for pair in settings)
    return choices.replace(optimizers=tuple(text_of(setting) or setting for setting in rated))


def _settings(choices: Options) -> Iterator[tuple[Setting, int | str]]:
    """Each optimizer under a label of its own, with the size of its minibatches."""
    sizes = choices.batch_size if len(choices.batch_size) > 1 else cycle(choices.batch_size)
    settings = with_own_labels([as_setting(optimizer) for optimizer in choices.optimizers])
    return zip(settings, sizes, strict=False)


def _rated(choices: Options, problem: Problem, setting: Setting, size: int | str, stage: Stage) -> Setting:
    """The setting with a rate, found by trying unless it is given."""
    if not setting.needs_rate:
        return setting
    with stage(f"{setting.label}: its rate", 1):
        rate = choose_rate(
            problem,
            lambda rate: optimizers.rule_of(setting.with_rate(rate)),
            iterate=setting.iterate,
            identity=text_of(setting) or None,
            seed=choices.seed,
            **_shared(choices, size),
        )
    return setting.with_rate(rate)


def _trained(
    choices: Options, problem: Problem, setting: Setting, size: int | str, stage: Stage, seed: int
) -> Trained:
    text = text_of(setting)
    with stage(f"{setting.label}, {problem.network.title}", choices.steps) as on_step:
        training = train(
            problem,
            optimizers.rule_of(setting),
            keep_every=choices.keep_every,
            early_stopping=choices.early_stopping,
            iterate=setting.iterate,
            identity=text or None,
            on_step=on_step,
            seed=seed,
            **_shared(choices, size),
        )
    return Trained(
        label=setting.label,
        rule=setting.optimizer.name,
        note=small_print(setting),
        text=text,
        setting=setting,
        batch_size=size,
        problem=problem,
        training=training,
    )


def _shared(choices: Options, size: int | str) -> dict[str, Any]:
    """What a training and the trials of its rate have in common."""
    return {
        "steps": choices.steps,
        "batch_size": size,
        "order": choices.batch_order,
        "weight_decay": choices.weight_decay,
        "keep": cache_folder() / "networks" if choices.keep else None,
    }


def text_of(setting: Setting) -> str:
    """The setting as the command line writes it; empty where it has no text."""
    try:
        return optimizers.write_setting(setting)
    except ValueError:
        return ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """Points that are given, and the loss that is looked at there."""

    objective: Objective
    points: tuple[Params, ...]
    label: str
    fixed: Fixed


def given(choices: Options, *, least: int) -> Given:
    """The objective and the points that were given in place of trained networks.

    Raises:
        RecipeError: there are fewer points than the study needs.
        ValueError: a checkpoint cannot be read or does not match, or the objective is none.
    """
    if len(choices.points) < least:
        raise RecipeError(
            f"This study needs at least {least} given point{'s' * (least > 1)}; got {len(choices.points)}."
        )
    if choices.objective is None:
        problem = problem_of(choices, choices.networks[0])
        objective, points = problem.objective(choices.policy), points_of(choices, problem.start(choices.seed))
    else:
        points = points_of(choices, None)
        labelled = {_label(choices.points[k], k): points[k] for k in (0, -1)}
        objective = objective_of(choices.objective, labelled)
    objective, fixed = fixing(objective, choices.fixed, points[0])
    return Given(objective=objective, points=points, label=objective.name, fixed=fixed)


def objective_of(objective: Any, ends: dict[str, Params]) -> Objective:
    """The objective of a record, a function of a pytree, or "package.module:name".

    Raises:
        ObjectiveError: its loss fails at one of the ends, or is no finite number there.
    """
    if isinstance(objective, str):
        return networks.load_objective(objective, ends)
    # Of its own for each study: what it closes over may have changed since programs of it were compiled.
    found = replace(objective) if isinstance(objective, Objective) else _of_function(objective)
    for label, params in ends.items():
        networks.check_end(found, found.name, label, params)
    return found


def _of_function(loss: Any) -> Objective:
    if not callable(loss):
        raise RecipeError(f"An objective is a function or 'package.module:name'; got {loss!r}.")
    name = getattr(loss, "__name__", type(loss).__name__)
    return Objective.of(one_number(loss, name), name=name)


def _label(point: Any, place: int) -> str:
    return str(point) if isinstance(point, str | Path) else ("the first point", "the last point")[place]


def is_given(choices: Options) -> bool:
    """Whether points are given in place of networks to train."""
    if choices.objective is not None and not choices.points:
        raise RecipeError(
            "An objective needs points to look at: give --from and --to, or --points, with checkpoints."
        )
    return bool(choices.points)


def check_finite(run: Trained) -> None:
    """Refuse a training whose solution is no point to look at.

    Raises:
        RecipeError: naming the run, and the step by which its weights had left the reals.
    """
    finite = _finite(run)
    if not finite[-1]:
        step = run.training.steps[finite.argmin()]
        raise RecipeError(
            f"{run.label} diverged: by step {step} its weights were no longer finite; give it a smaller "
            "learning rate or weight decay."
        )


def stays_finite(run: Trained) -> bool:
    """Whether a training ends at a point."""
    return bool(_finite(run)[-1])


def _finite(run: Trained) -> Bool[np.ndarray, " kept"]:
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(run.training.iterates)]
    return np.all([np.isfinite(leaf).reshape(len(leaf), -1).all(axis=1) for leaf in leaves], axis=0)
