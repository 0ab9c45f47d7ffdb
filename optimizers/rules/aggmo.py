"""Aggregated momentum: the mean of several velocities, each with its own damping."""

from typing import NamedTuple

import jax
import optax

from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


class AggmoState(NamedTuple):
    """One velocity for each momentum."""

    velocities: tuple[optax.Updates, ...]


def aggmo(
    *, learning_rate: Real = 0.01, betas: tuple[float, ...] = (0.0, 0.9, 0.99)
) -> optax.GradientTransformationExtraArgs:
    """Aggregated momentum: the mean of velocities with a momentum each.

    Raises:
        HyperparameterError: `betas` is not a list of at least one momentum.
    """
    if not isinstance(betas, tuple | list) or not betas:
        raise HyperparameterError(
            f"betas of aggmo must be a list of momenta, such as [0,0.9,0.99]; got {betas!r}."
        )

    def init(params: optax.Params) -> AggmoState:
        return AggmoState(tuple(optax.tree.zeros_like(params) for _ in betas))

    def update(
        updates: optax.Updates, state: AggmoState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, AggmoState]:
        del params
        velocities = tuple(
            optax.tree.add_scale(updates, beta, velocity)
            for beta, velocity in zip(betas, state.velocities, strict=True)
        )
        mean = jax.tree.map(lambda *parts: sum(parts) / len(betas), *velocities)
        return mean, AggmoState(velocities)

    aggregated = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return optax.chain(aggregated, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=aggmo,
    title="AggMo",
    equation=r"v^{(i)}_{t+1} = \beta_i v^{(i)}_t + g_t, \quad i = 1 \ldots K \\"
    r"\theta_{t+1} = \theta_t - \frac{\eta}{K} \sum_i v^{(i)}_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "betas": "list of momenta, beta_i, each in [0, 1); a step is the mean over their velocities",
    },
    family="momentum",
    paper="J. Lucas, S. Sun, R. Zemel and R. Grosse, Aggregated Momentum: Stability Through Passive Damping",
    year=2019,
    address="https://arxiv.org/abs/1804.00325",
    about="Has the reach of the largest momentum while the smaller ones damp its swing; keeps as many "
    "velocities as momenta.",
    libraries="Not in optax or torch.",
)
