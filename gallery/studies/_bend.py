"""The bend of a curve of low loss between two solutions, trained."""

from ravine import optimizers
from ravine.gallery.studies._choices import Choices
from ravine.gallery.studies._stage import Stage
from ravine.landscapes.networks import Params, Problem
from ravine.landscapes.networks._network import trained
from ravine.landscapes.slices import connect

_RULE = "adam:learning_rate=0.01"


def trained_bend(choices: Choices, problem: Problem, first: Params, second: Params, stage: Stage) -> Params:
    """The middle control point of a quadratic Bezier curve, trained on minibatches at random places of it."""
    split, size = problem.data.train, choices.batch_size[0]
    with stage("curve", choices.steps) as on_step:
        found = connect(
            problem.batch_loss,
            first,
            second,
            optimizers.rule(_RULE),
            mask=trained(first),
            examples=(split.inputs, split.labels),
            batch_size=None if size == "full" else int(size),
            steps=choices.steps,
            seed=choices.seed,
            on_step=on_step,
        )
    return problem.settled(found.bend)
