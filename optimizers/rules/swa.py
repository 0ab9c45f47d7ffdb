"""Stochastic weight averaging: the mean of iterates that a constant or cyclic rate leads around a minimum."""

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._checks import check_steps
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import averaging


def swa(
    *,
    inner: optax.GradientTransformation,
    swa_start: int = 50,
    cycle: int = 1,
    average_start: bool = False,
) -> optax.GradientTransformationExtraArgs:
    """Stochastic weight averaging of the iterates of `inner`.

    Until the first iterate is averaged the average is the iterate itself.

    Raises:
        HyperparameterError: `swa_start` or `cycle` is not a number of steps.
    """
    check_steps("swa", "swa_start", swa_start, least=0)
    check_steps("swa", "cycle", cycle)

    def weight(step: Float[Array, ""]) -> Float[Array, ""]:
        since = jnp.maximum(step - swa_start, 0.0)
        averaged = since // cycle + average_start
        ends_cycle = (since % cycle == 0) & (averaged > 0)
        return jnp.where(averaged < 1, 1.0, ends_cycle / jnp.maximum(averaged, 1.0))

    return averaging(inner, weight)


OPTIMIZER = Optimizer(
    rule=swa,
    title="SWA",
    equation=r"\theta_{t+1} = \theta_t + \mathrm{inner}(g_t) \\"
    r"\bar\theta \leftarrow \frac{n\, \bar\theta + \theta_{t+1}}{n + 1}, \quad n \leftarrow n + 1 \quad "
    r"(\mathrm{every}\ c\ \mathrm{steps\ after}\ t_0)",
    hyperparameters={
        "inner": "optimizer whose iterates are averaged",
        "swa_start": "steps before averaging begins, t_0, at least 0",
        "cycle": "steps between two averaged iterates, c, at least 1",
        "average_start": "whether the iterate at swa_start is averaged as the first",
    },
    family="averaging",
    paper="P. Izmailov, D. Podoprikhin, T. Garipov, D. Vetrov and A. G. Wilson, Averaging Weights Leads to "
    "Wider Optima and Better Generalization",
    year=2018,
    address="https://arxiv.org/abs/1803.05407",
    about="Finds the middle of a wide minimum around which a high rate bounces; started too early, it "
    "averages in the way there.",
    libraries="The paper's algorithm counts the weights at swa_start as the first (average_start=true); its "
    "authors' code and torch.optim.swa_utils do not. optax has none.",
    markers={"average": "average"},
    inner="sgd",
)
