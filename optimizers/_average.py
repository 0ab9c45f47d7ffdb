"""An average of the iterates, kept beside them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._copy import copied
from ravine.optimizers._counting import as_real, no_steps, one_more


class AveragingState(NamedTuple):
    """The steps so far, the average of the iterates, and the state of the rule that makes them."""

    averaged_steps: Int[Array, ""]
    average: optax.Params
    inner_state: optax.OptState


def averaging(
    inner: optax.GradientTransformation, weight: Callable[[Float[Array, ""]], Float[Array, ""]]
) -> optax.GradientTransformationExtraArgs:
    """A rule that steps as `inner` does, with an average beside it that starts at the start.

    Args:
        inner: The rule whose iterates are averaged.
        weight: From the step t = 1, 2, ... to the weight of the iterate after it in the average.
    """
    inner = optax.with_extra_args_support(inner)

    def init(params: optax.Params) -> AveragingState:
        return AveragingState(no_steps(), copied(params), inner.init(params))

    def update(
        updates: optax.Updates, state: AveragingState, params: optax.Params | None = None, **extra: Any
    ) -> tuple[optax.Updates, AveragingState]:
        if params is None:
            raise ValueError("An average needs the parameters: call update(gradients, state, params).")
        updates, inner_state = inner.update(updates, state.inner_state, params, **extra)
        count = one_more(state.averaged_steps)
        share = weight(as_real(count, params))
        average = jax.tree.map(
            lambda a, p: ((1 - share) * a + share * p).astype(a.dtype),
            state.average,
            optax.apply_updates(params, updates),
        )
        return updates, AveragingState(count, average, inner_state)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
