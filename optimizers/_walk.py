"""One optimizer's walk over a loss, in many lanes at once; all of it can be traced by JAX."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias, cast

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from ravine.optimizers._optimizer import Optimizer, Setting

Loss: TypeAlias = Callable[[Array], Array]


class Program(NamedTuple):
    """What of an optimizer is fixed when it is compiled."""

    optimizer: Optimizer
    options: tuple[tuple[str, Any], ...]

    def build(self, traced: Mapping[str, Any]) -> optax.GradientTransformationExtraArgs:
        """The rule with its traced hyper-parameters."""
        rule = self.optimizer.rule(**dict(self.options), **traced)
        return optax.with_extra_args_support(rule)


class Lanes(NamedTuple):
    """One optimizer's batch, flattened to a single axis."""

    program: Program
    traced: Mapping[str, Float[np.ndarray, "lanes ..."]]
    starts: Float[np.ndarray, "lanes 2"]
    batch: tuple[int, ...]

    @classmethod
    def of(cls, setting: Setting, starts: Float[np.ndarray, "*batch 2"]) -> "Lanes":
        """Broadcast a setting's real hyper-parameters against its starts."""
        setting.check_complete()
        real, options = {}, {}
        for key, value in setting.complete.items():
            (real if _is_real(value) else options)[key] = value
        values = {key: np.asarray(value, dtype=np.float64) for key, value in real.items()}
        batch = np.broadcast_shapes(starts.shape[:-1], *(v.shape for v in values.values()))
        return cls(
            program=Program(setting.optimizer, tuple(sorted(options.items()))),
            traced={key: np.broadcast_to(value, batch).reshape(-1) for key, value in values.items()},
            starts=np.broadcast_to(starts, (*batch, 2)).reshape(-1, 2),
            batch=batch,
        )


def _is_real(value: Any) -> bool:
    return isinstance(value, float) or (hasattr(value, "dtype") and np.issubdtype(value.dtype, np.floating))


class Walk(NamedTuple):
    """The iterates of one optimizer and what it shows beside them, on the device or on the host."""

    points: Float[Array | np.ndarray, "*batch steps+1 2"]
    balls: Mapping[str, Float[Array | np.ndarray, "*batch steps+1 2"]]


def walk_lanes(
    program: Program,
    loss: Loss,
    traced: Mapping[str, Array],
    starts: Float[Array, "lanes 2"],
    *,
    steps: int,
) -> Walk:
    """Walk in every lane, each with its hyper-parameters and from its start."""
    return jax.vmap(partial(_walk, program, loss, steps))(traced, starts)


def _walk(
    program: Program, loss: Loss, steps: int, traced: Mapping[str, Array], start: Float[Array, "2"]
) -> Walk:
    loss = jax.jit(loss)
    rule = program.build(traced)
    optimizer = program.optimizer
    gradient = jax.grad(loss)

    def shown(params: Array, state: optax.OptState) -> tuple[Array, dict[str, Array]]:
        def place(field: str | None) -> Array:
            return params if field in (None, "params") else optax.tree.get(state, field)

        return place(optimizer.iterate), {name: place(at) for name, at in optimizer.balls.items()}

    def step(carry: tuple[Array, optax.OptState], _: None) -> Any:
        params, state = carry
        here = shown(params, state)
        slope = gradient(params)
        updates, state = rule.update(slope, state, params, value=loss(params), grad=slope, value_fn=loss)
        params = cast("Array", optax.apply_updates(params, updates))
        return (params, state), here

    _, walked = jax.lax.scan(step, (start, rule.init(start)), length=steps + 1)
    return Walk(*walked)


def measure(
    loss: Loss, points: Float[Array, "*shape 2"]
) -> tuple[Float[Array, "*shape"], Float[Array, "*shape"]]:
    """The loss at points, and the norm of its gradient."""
    losses, slopes = jax.vmap(jax.value_and_grad(loss))(points.reshape(-1, 2))
    shape = points.shape[:-1]
    return losses.reshape(shape), jnp.linalg.norm(slopes, axis=-1).reshape(shape)
