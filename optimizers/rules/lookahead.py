"""Lookahead: slow weights that follow the fast ones of another rule part of the way."""

from functools import partial
from typing import Any, NamedTuple

import optax

from ravine.optimizers._checks import check_steps
from ravine.optimizers._numerics import Real, copied
from ravine.optimizers._optimizer import Optimizer


class LookaheadState(NamedTuple):
    """The slow weights, and the state of the rule that leads the fast ones."""

    slow: optax.Params
    fast: optax.OptState


def lookahead(
    *, inner: optax.GradientTransformation, sync_period: int = 5, slow_step_size: Real = 0.5
) -> optax.GradientTransformationExtraArgs:
    """Lookahead around `inner`; the parameters that it updates are the fast weights.

    Raises:
        HyperparameterError: `sync_period` is not a whole number of steps.
    """
    check_steps("lookahead", "sync_period", sync_period)
    inner = optax.with_extra_args_support(inner)

    def around(**extra: object) -> optax.GradientTransformation:
        fast = optax.GradientTransformation(inner.init, partial(inner.update, **extra))
        return optax.lookahead(fast, sync_period, slow_step_size)

    def init(params: optax.Params) -> LookaheadState:
        pair = optax.LookaheadParams(fast=params, slow=copied(params))
        return LookaheadState(pair.slow, around().init(pair))

    def update(
        updates: optax.Updates, state: LookaheadState, params: optax.Params | None = None, **extra: object
    ) -> tuple[optax.Updates, LookaheadState]:
        if params is None:
            raise ValueError("lookahead needs the parameters: call update(gradients, state, params).")
        pair = optax.LookaheadParams(fast=params, slow=state.slow)
        steps: Any
        steps, fast = around(**extra).update(updates, state.fast, pair)
        return steps.fast, LookaheadState(optax.apply_updates(state.slow, steps.slow), fast)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


OPTIMIZER = Optimizer(
    rule=lookahead,
    title="Lookahead",
    equation=r"\theta_{t+1} = \theta_t + \mathrm{inner}(g_t) \\"
    r"\mathrm{every}\ k\ \mathrm{steps:} \quad \phi \leftarrow \phi + \alpha\, (\theta_{t+1} - \phi), \quad "
    r"\theta_{t+1} \leftarrow \phi",
    hyperparameters={
        "inner": "optimizer of the fast weights",
        "sync_period": "fast steps between two updates of the slow weights, k, at least 1",
        "slow_step_size": "fraction of the way to the fast weights that the slow ones go, alpha, in [0, 1]",
    },
    family="wrapper",
    paper="M. R. Zhang, J. Lucas, G. Hinton and J. Ba, Lookahead Optimizer: k steps forward, 1 step back",
    year=2019,
    address="https://arxiv.org/abs/1907.08610",
    about="Calms a fast rule that swings or jitters, at the price of going only part of its way.",
    libraries="optax.lookahead agrees; it takes pairs of fast and slow weights in place of parameters.",
    markers={"slow": "slow"},
    inner="adam",
)
