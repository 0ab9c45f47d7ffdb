"""Checks before anything is trained: what would stop a study half-way, and studies of one network alone."""

from collections.abc import Sequence
from typing import Any

import jax

from ravine import optimizers
from ravine.core.recipe import RecipeError
from ravine.landscapes.networks import Problem
from ravine.optimizers import Setting
from ravine.studies._options import Options
from ravine.studies.training import divided, rows_of_steps


def check_trainings(problems: Sequence[Problem], settings: Sequence[tuple[Setting, Any]]) -> None:
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
            rows_of_steps(count, size, steps=1, order="shuffled", seed=0, difficulty=None)
            rated = setting.with_rate(1.0) if setting.needs_rate else setting
            jax.eval_shape(optimizers.rule_of(rated).init, params)


def check_single(choices: Options) -> None:
    """Refuse what a study of a single training would leave unseen.

    Raises:
        RecipeError: there are several networks or optimizers.
    """
    for name in ("networks", "optimizers"):
        count = len(getattr(choices, name))
        if count > 1:
            raise RecipeError(f"This study is of one network under one optimizer; got {count} {name}.")
