"""A rule under a learning-rate schedule: rebuilt at each step with that step's rate."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import optax
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int

from ravine.optimizers._numerics import as_real, no_steps, one_more, real_type
from ravine.optimizers._process import Gradient, Process
from ravine.optimizers._schedule import ChosenSchedule


class ScheduledState(NamedTuple):
    """The rate of the last step, what the schedule needs for the next, and the rule's state."""

    scheduled_rate: Float[Array, ""]
    schedule_state: optax.OptState
    rule_state: optax.OptState


def scheduled(
    rule: Callable[..., optax.GradientTransformation],
    *,
    learning_rate: ChosenSchedule | optax.Schedule | ArrayLike,
    **hyperparameters: Any,
) -> optax.GradientTransformationExtraArgs:
    """A rule whose rate changes from step to step, wherever in the rule the rate stands.

    The rate is exact in float64 where the parameters are: the count that a schedule is given is a real
    number of their type, not an integer.

    Args:
        rule: The function that builds an optax transformation from `learning_rate` and other
            hyper-parameters; neither the structure of its state nor its first state may depend on the rate.
        learning_rate: A schedule from the catalogue, an optax schedule, or the rates by step, of which the
            last one is held: `Float[ArrayLike, "steps"]`. A schedule that follows the loss needs it as
            `value` at each update.
        **hyperparameters: Of the rule.

    Raises:
        ValueError: the rates by step are no list of numbers.

    Example:
        >>> import optax
        >>> rule = scheduled(optax.adam, learning_rate=optax.cosine_decay_schedule(0.1, 100), b1=0.8)
    """
    schedule = _as_transformation(learning_rate)

    def built(rate: Float[Array, ""]) -> optax.GradientTransformationExtraArgs:
        return optax.with_extra_args_support(rule(learning_rate=rate, **hyperparameters))

    def init(params: optax.Params) -> ScheduledState:
        one = jnp.ones([], real_type(params))
        return ScheduledState(jnp.zeros_like(one), schedule.init(one), built(one).init(params))

    def update(
        updates: optax.Updates, state: ScheduledState, params: optax.Params | None = None, **extra: Any
    ) -> tuple[optax.Updates, ScheduledState]:
        rate, schedule_state = _next_rate(schedule, state, **extra)
        narrow = rate.astype(optax.tree.dtype(updates, "lowest"))
        updates, rule_state = built(narrow).update(updates, state.rule_state, params, **extra)
        return updates, ScheduledState(rate, schedule_state, rule_state)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def scheduled_process(
    rule: Callable[..., Process],
    *,
    learning_rate: optax.Schedule | ArrayLike,
    **hyperparameters: Any,
) -> Process:
    """As `scheduled`, for a method with several workers; its steps count as the schedule's.

    Such a method does not see the loss, so that no schedule can follow it.
    """
    schedule = _as_transformation(learning_rate)

    def init(start: Float[Array, "2"]) -> ScheduledState:
        one = jnp.ones([], start.dtype)
        process = rule(learning_rate=one, **hyperparameters)
        return ScheduledState(jnp.zeros_like(one), schedule.init(one), process.init(start))

    def step(state: ScheduledState, gradient: Gradient) -> ScheduledState:
        rate, schedule_state = _next_rate(schedule, state)
        process = rule(learning_rate=rate, **hyperparameters)
        return ScheduledState(rate, schedule_state, process.step(state.rule_state, gradient))

    return Process(init, step, draws=rule(learning_rate=1.0, **hyperparameters).draws)


def _next_rate(
    schedule: optax.GradientTransformationExtraArgs, state: ScheduledState, **extra: Any
) -> tuple[Float[Array, ""], optax.OptState]:
    one = jnp.ones_like(state.scheduled_rate)
    rate, schedule_state = schedule.update(one, state.schedule_state, None, **extra)
    return jnp.asarray(rate), schedule_state


def _as_transformation(
    learning_rate: ChosenSchedule | optax.Schedule | ArrayLike,
) -> optax.GradientTransformationExtraArgs:
    """The transformation that turns a one into a step's rate."""
    given: Any = learning_rate.build() if isinstance(learning_rate, ChosenSchedule) else learning_rate
    if isinstance(given, optax.GradientTransformation):
        return optax.with_extra_args_support(given)
    if callable(given):
        schedule = given
        return _by_count(lambda count, one: schedule(as_real(count, one)))
    shape = np.shape(given)
    if len(shape) > 1 or 0 in shape:
        raise ValueError(f"The rates by step are a list of numbers; got an array of shape {shape}.")
    last = math.prod(shape) - 1
    return _by_count(lambda count, _: jnp.ravel(jnp.asarray(given))[jnp.minimum(count, last)])


def _by_count(
    rate_at: Callable[[Int[Array, ""], Float[Array, ""]], Any],
) -> optax.GradientTransformationExtraArgs:
    def init(one: Float[Array, ""]) -> Int[Array, ""]:
        del one
        return no_steps()

    def update(
        one: Float[Array, ""], count: Int[Array, ""], params: object = None, **_: object
    ) -> tuple[Float[Array, ""], Int[Array, ""]]:
        del params
        return jnp.asarray(rate_at(count, one), one.dtype), one_more(count)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
