"""Networks that a study trains: each under every optimizer, with a rate of its own where none is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import cycle
from typing import Any, TypeVar

import jax
import numpy as np
import optax
from jaxtyping import Bool, Float, Int

from ravine import optimizers
from ravine.core.cache import Cache, cache_folder
from ravine.core.fingerprint import fingerprint_facts
from ravine.core.pytree import Params
from ravine.core.recipe import RecipeError
from ravine.landscapes import networks
from ravine.landscapes.networks import Data, Network, Objective, Problem
from ravine.optimizers import Setting, SpecError, as_setting, parse_spec, small_print, with_own_labels
from ravine.studies._measure import measures_of_iterates
from ravine.studies._options import Options
from ravine.studies._study import Stage
from ravine.studies.training import Training, choose_rate, connect, divided, rows_of_steps, train

CURVE_RULE = "adam:learning_rate=0.01"
"""The optimizer of a curve's control point, whatever trained the solutions."""

SAME = 1e-5
"""Losses that are computed in two programs agree to this part of them."""

_EXAMPLE = "'mlp' or 'mlp:widths=[8,8],activation=tanh'"

Chosen = TypeVar("Chosen", bound=Options)


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectory:
    """A path through a network's parameters, such as a training's iterates.

    Attributes:
        label: Its name in the legend.
        rule: The optimizer's name in the catalogue, which has its colour; empty for given points.
        note: The small print: the hyper-parameters.
        steps: The updates after which each iterate was saved.
        iterates: Parameters with a first axis for the iterates.
        loss: The training loss at each.
        points: Their projections on the plane that they are seen on, in its coordinates.
        distance: Of each from that plane.
        plane_loss: The loss of the plane under each.
    """

    label: str
    rule: str = ""
    note: str = ""
    steps: Int[np.ndarray, " saved"]
    iterates: Params
    loss: Float[np.ndarray, " saved"]
    points: Float[np.ndarray, "projected 2"] = field(default_factory=lambda: np.zeros((0, 2)))
    distance: Float[np.ndarray, " projected"] = field(default_factory=lambda: np.zeros(0))
    plane_loss: Float[np.ndarray, " projected"] = field(default_factory=lambda: np.zeros(0))

    @property
    def leaves_the_plane(self) -> bool:
        """True where its own loss is another one than the plane's under it."""
        with np.errstate(invalid="ignore"):
            return bool(np.any(np.abs(self.loss - self.plane_loss) > SAME * np.abs(self.loss)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained(Trajectory):
    """The trajectory of a training, with what was trained and how.

    Attributes:
        text: The optimizer as it is written on the command line; empty where it has no text.
        setting: The optimizer with its hyper-parameters.
        batch_size: Examples of a minibatch, or "full".
        problem: The network and its data.
        training: All numbers of the run.
    """

    text: str
    setting: Setting
    batch_size: int | str
    problem: Problem
    training: Training

    @property
    def start(self) -> Params:
        """The network before the first step."""
        return self.training.start

    @property
    def solution(self) -> Params:
        """The network after the last step."""
        return self.training.solution

    @property
    def are_finite(self) -> Bool[np.ndarray, " saved"]:
        """True for each iterate whose parameters are all finite."""
        leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(self.iterates)]
        return np.all([np.isfinite(leaf).reshape(len(leaf), -1).all(axis=1) for leaf in leaves], axis=0)

    @property
    def ends_finite(self) -> bool:
        """True where the training ends at a point."""
        return bool(self.are_finite[-1])

    def name_among(self, networks: Sequence[str]) -> str:
        """The name that tells it from other runs: that of its optimizer, among networks after theirs."""
        return self.label if len(networks) == 1 else f"{self.problem.title}, {self.label}"

    def measured_by(self, objective: Objective) -> "Trained":
        """The same with the losses of an objective, whose batch norm may take other statistics."""
        return replace(self, loss=measures_of_iterates(self.training, objective)["train_loss"])


def problem_of(choices: Options, text: str) -> Problem:
    """Load the network of a text such as "mlp:activation=tanh" on the chosen data.

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
    data = networks.load_data(choices.data)
    return _problem(networks.load(spec.name), text, _Known(identity=data.identity, data=data))


@dataclass(frozen=True, kw_only=True)
class _Known:
    """Data that equal what has the same examples."""

    identity: str
    data: Data = field(compare=False)


@lru_cache(maxsize=1)
def _data(known: _Known) -> Data:
    """The same data for the same examples, so that they are in memory once."""
    return known.data


@lru_cache(maxsize=4)
def _problem(network: Network, text: str, known: _Known) -> Problem:
    """The same problem for the same text and data, so that what was compiled for it is of use again."""
    return Problem(network=network, data=_data(known), options=dict(parse_spec(text).hyperparameters))


def trainings(choices: Options, stage: Stage, *, seed: int | None = None) -> Iterator[Trained]:
    """Train every network under every optimizer, from the initial weights of the seed."""
    for text in choices.networks:
        problem = problem_of(choices, text)
        for setting, size in _settings(choices):
            rated = _rated(choices, problem, setting, size, stage)
            yield _trained(choices, problem, rated, size, stage, choices.seed if seed is None else seed)


def with_rates(choices: Chosen, stage: Stage) -> Chosen:
    """Fill in the rates that were not given, found on the network if there is one alone.

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
    return choices.replace(optimizers=tuple(optimizers.text_of(setting) or setting for setting in rated))


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
            identity=optimizers.text_of(setting),
            seed=choices.seed,
            **_shared(choices, size),
        )
    return setting.with_rate(rate)


def _trained(
    choices: Options, problem: Problem, setting: Setting, size: int | str, stage: Stage, seed: int
) -> Trained:
    text = optimizers.text_of(setting) or ""
    with stage(f"{setting.label}, {problem.network.title}", choices.steps) as on_step:
        training = train(
            problem,
            _rule(text) if text else optimizers.rule_of(setting),
            save_every=choices.keep_every,
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
        steps=np.asarray(training.steps),
        iterates=training.iterates,
        loss=training.measures["train_loss"],
    )


@lru_cache(maxsize=16)
def _rule(text: str) -> optax.GradientTransformationExtraArgs:
    """The same rule for the same text, for the same reason."""
    return optimizers.rule_of(optimizers.read_setting(text))


def _shared(choices: Options, size: int | str) -> dict[str, Any]:
    """Collect the options that a training and the trials of its rate share."""
    return {
        "steps": choices.steps,
        "batch_size": size,
        "order": choices.batch_order,
        "weight_decay": choices.weight_decay,
        "keep": cache_folder() / "networks" if choices.keep else None,
    }


def check_finite(run: Trained) -> None:
    """Refuse a training whose solution is no point to look at.

    Raises:
        RecipeError: naming the run, and the step by which its weights were no longer finite.
    """
    if not run.ends_finite:
        step = run.steps[run.are_finite.argmin()]
        raise RecipeError(
            f"{run.label} diverged: by step {step} its weights were no longer finite; give it a smaller "
            "learning rate or weight decay."
        )


def check_trainings(problems: Sequence[Problem], settings: Sequence[tuple[Setting, int | str]]) -> None:
    """Refuse a training that cannot begin, where others would come before it.

    Args:
        problems: Each trained under every setting.
        settings: Optimizers, each with the size of its minibatches, a number or "full".

    Raises:
        ValueError: an optimizer is no update rule or too large for a network, or there are fewer examples
            than a minibatch holds.
    """
    if len(problems) * len(settings) < 2:
        return
    for problem in problems:
        params, _ = divided(jax.eval_shape(lambda problem=problem: problem.start(0)))
        for setting, size in settings:
            count = len(problem.data.train.labels)
            rows_of_steps(
                count,
                "full" if size == "full" else int(size),
                steps=1,
                order="shuffled",
                seed=0,
                difficulty=None,
            )
            rated = setting.with_rate(1.0) if setting.needs_rate else setting
            jax.eval_shape(optimizers.rule_of(rated).init, params)


def trained_control_point(
    choices: Options, problem: Problem, first: Params, second: Params, stage: Stage, *, mask: Params
) -> Params:
    """Train the middle control point of a quadratic Bezier curve on minibatches at random places of it.

    It is cached like a training. Where `mask` is false it is halfway between the ends.
    """
    cache = Cache(cache_folder() / "curves") if choices.keep else None
    facts = fingerprint_facts(
        {
            "problem": problem.identity,
            "ends": [first, second],
            "trained": mask,
            "rule": CURVE_RULE,
            "steps": choices.steps,
            "batch_size": choices.batch_size[0],
            "seed": choices.seed,
        }
    )
    leaves, form = jax.tree.flatten(first)
    found = cache.load(facts) if cache else None
    if found is not None and len(found) == len(leaves):
        return jax.tree.unflatten(form, [found[f"leaf_{place}"] for place in range(len(leaves))])
    control_point = problem.recalibrated(_control_point(choices, problem, first, second, stage, mask))
    if cache:
        named = enumerate(jax.tree.leaves(control_point))
        cache.save(facts, {f"leaf_{place}": np.asarray(leaf) for place, leaf in named})
    return control_point


def _control_point(
    choices: Options, problem: Problem, first: Params, second: Params, stage: Stage, mask: Params
) -> Params:
    split, size = problem.data.train, choices.batch_size[0]
    with stage("curve", choices.steps) as on_step:
        found = connect(
            problem.batch_loss,
            first,
            second,
            optimizers.rule(CURVE_RULE),
            mask=mask,
            examples=(split.inputs, split.labels),
            batch_size=None if size == "full" else int(size),
            steps=choices.steps,
            seed=choices.seed,
            on_step=on_step,
        )
    return found.control_point
