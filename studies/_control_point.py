"""The bend of a curve of low loss between two solutions, trained."""

import jax
import numpy as np

from ravine import optimizers
from ravine.core.cache import Cache, cache_folder
from ravine.core.fingerprint import fingerprint_facts
from ravine.core.progress import Stage
from ravine.core.pytree import Params
from ravine.landscapes.networks import Problem
from ravine.studies._options import Options
from ravine.studies.training import connect

RULE = "adam:learning_rate=0.01"
"""What trains a bend, whatever trained the solutions."""


def trained_control_point(
    choices: Options, problem: Problem, first: Params, second: Params, stage: Stage, *, mask: Params
) -> Params:
    """The middle control point of a quadratic Bezier curve, trained on minibatches at random places of it.

    It is kept like a training. Where `mask` is false it is halfway between the ends.
    """
    kept = Cache(cache_folder() / "curves") if choices.keep else None
    facts = fingerprint_facts(
        {
            "problem": problem.identity,
            "ends": [first, second],
            "trained": mask,
            "rule": RULE,
            "steps": choices.steps,
            "batch_size": choices.batch_size[0],
            "seed": choices.seed,
        }
    )
    leaves, form = jax.tree.flatten(first)
    found = kept.load(facts) if kept else None
    if found is not None and len(found) == len(leaves):
        return jax.tree.unflatten(form, [found[f"leaf_{place}"] for place in range(len(leaves))])
    bend = problem.recalibrated(_trained(choices, problem, first, second, stage, mask))
    if kept:
        named = enumerate(jax.tree.leaves(bend))
        kept.save(facts, {f"leaf_{place}": np.asarray(leaf) for place, leaf in named})
    return bend


def _trained(
    choices: Options, problem: Problem, first: Params, second: Params, stage: Stage, mask: Params
) -> Params:
    split, size = problem.data.train, choices.batch_size[0]
    with stage("curve", choices.steps) as on_step:
        found = connect(
            problem.batch_loss,
            first,
            second,
            optimizers.rule(RULE),
            mask=mask,
            examples=(split.inputs, split.labels),
            batch_size=None if size == "full" else int(size),
            steps=choices.steps,
            seed=choices.seed,
            on_step=on_step,
        )
    return found.bend
