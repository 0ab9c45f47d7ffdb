"""Checks before anything is trained, of what would stop a study half-way."""

from collections.abc import Sequence
from typing import Any

import jax

from ravine import optimizers
from ravine.landscapes.networks import Problem
from ravine.optimizers import Setting
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
