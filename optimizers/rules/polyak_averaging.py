"""Polyak averaging: the mean of all iterates so far."""

import optax
from jaxtyping import Array, Float

from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import averaging


def polyak_averaging(*, inner: optax.GradientTransformation) -> optax.GradientTransformationExtraArgs:
    """The iterates of `inner`, with the mean of all of them after the start."""

    def weight(step: Float[Array, ""]) -> Float[Array, ""]:
        return 1 / step

    return averaging(inner, weight)


OPTIMIZER = Optimizer(
    rule=polyak_averaging,
    title="Polyak averaging",
    equation=r"\theta_{t+1} = \theta_t + \mathrm{inner}(g_t) \\"
    r"\bar\theta_{t+1} = \frac{1}{t + 1} \sum_{i=1}^{t+1} \theta_i",
    hyperparameters={
        "inner": "optimizer whose iterates are averaged",
    },
    family="averaging",
    paper="B. T. Polyak and A. B. Juditsky, Acceleration of Stochastic Approximation by Averaging",
    year=1992,
    address="https://doi.org/10.1137/0330046",
    about="Averages the noise of SGD away at a large rate, but never forgets the way from a far start.",
    libraries="The paper's mean counts the start, and not yet the latest iterate. torch.optim.ASGD starts "
    "the mean late, decays the weights and lets the rate fall.",
    markers={"average": "average"},
    inner="sgd",
)
