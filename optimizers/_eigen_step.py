"""Rules that divide the gradient by the Hessian's eigenvalues, or by what they make of them."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._along_rays import flat_loss
from ravine.optimizers._matrix import check_rows
from ravine.optimizers._vector import flatten

_MOST = 2000
"""Parameters, with which a step takes seconds."""


class EigenState(NamedTuple):
    """The Hessian's lowest eigenvalue, and evaluations of the loss, the gradient and the Hessian so far."""

    lowest_eigenvalue: Float[Array, ""]
    evaluations: Float[Array, "3"]


def by_eigenvalues(
    rule: str, divisor: Callable[[Float[Array, " n"]], Float[Array, " n"]]
) -> optax.GradientTransformationExtraArgs:
    """The rule that steps against the gradient, divided along each of the Hessian's eigenvectors.

    It does not move along an eigenvector whose eigenvalue is 0 but for rounding: of such steps, which a loss
    that is flat in one direction allows in any number, it takes the shortest.

    Args:
        rule: Its name, for what it says where the loss is missing.
        divisor: From eigenvalues to what the gradient is divided by.
    """

    def init(params: optax.Params) -> EigenState:
        point = flatten(params).vector
        check_rows(rule, point.size, most=_MOST)
        kind = point.dtype
        return EigenState(jnp.zeros([], kind), jnp.zeros(3, kind))

    def update(
        updates: optax.Updates,
        state: EigenState,
        params: optax.Params,
        *,
        value_fn: Callable[[optax.Params], Array] | None = None,
        **_: object,
    ) -> tuple[optax.Updates, EigenState]:
        flattened, gradient = flatten(params), flatten(updates).vector
        point = flattened.vector
        eigenvalues, vectors = jnp.linalg.eigh(jax.hessian(flat_loss(rule, value_fn, flattened))(point))
        rounding = jnp.finfo(point.dtype).eps * point.size * jnp.max(jnp.abs(eigenvalues))
        flat = jnp.abs(eigenvalues) <= rounding
        share = jnp.where(flat, 0, gradient @ vectors / divisor(jnp.where(flat, 1, eigenvalues)))
        spent = jnp.array([0, 1, 1], point.dtype)
        return flattened.restore(-vectors @ share), EigenState(eigenvalues[0], state.evaluations + spent)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
