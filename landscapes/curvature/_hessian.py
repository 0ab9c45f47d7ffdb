"""The Hessian of an objective by its products with vectors, over the trained parameters."""

from functools import partial
from typing import Any, Literal, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Float64

from ravine.core.compile import RUN_FOR_SECONDS, fast_compile_jit
from ravine.core.fingerprint import fingerprint
from ravine.core.pytree import Params, is_floating, on_host, trained_leaves
from ravine.landscapes.curvature._lanczos import Product
from ravine.landscapes.networks import TRAIN_LOSS, Objective

Kind: TypeAlias = Literal["minimum", "saddle", "maximum", "degenerate"]


def kind_of(eigenvalues: Float64[np.ndarray, " some"], zero: float) -> Kind:
    """The kind of a critical point.

    With curvature of both signs it is a saddle, whatever the rest. With one sign alone, an eigenvalue of
    0 leaves open what it is: then it is degenerate.

    Args:
        eigenvalues: Of the Hessian; both ends of its spectrum are enough.
        zero: The largest absolute value that counts as 0.
    """
    upwards, downwards = bool((eigenvalues > zero).any()), bool((eigenvalues < -zero).any())
    if upwards and downwards:
        return "saddle"
    if (np.abs(eigenvalues) <= zero).any():
        return "degenerate"
    return "minimum" if upwards else "maximum"


_ROWS_AT_ONCE = 8


def hessian_product(objective: Objective, params: Params) -> Product:
    """Make the product of flat vectors with the training loss's Hessian at a point: the jvp of the gradient.

    The vector holds the trained leaves in their order. Other points of the same objective compile nothing
    new.
    """
    params, data = jax.tree.map(jnp.asarray, (params, objective.data))
    precision = jnp.result_type(*trained_leaves(params, objective.trained(params)))

    def product(vector: Float[np.ndarray, " size"]) -> Float[np.ndarray, " size"]:
        along = jnp.asarray(vector, precision)
        with objective.checked():
            return np.asarray(_product(objective, params, data, along))

    return product


def hessian_fingerprint(objective: Objective, params: Params) -> str:
    """Tell by a digest what the Hessian is and by which parameters; empty of a loss outside JAX."""
    vector = _flat_loss(objective, params, objective.data)[1]
    return fingerprint(
        lambda point, along: _product_of(objective, point, objective.data, along), params, vector
    )


def gradient(objective: Objective, params: Params) -> Float[np.ndarray, " size"]:
    """The training loss's gradient at a point, flat over the trained leaves."""
    with objective.checked():
        return np.asarray(_slope(objective, params, objective.data)[1])


def full_hessian(objective: Objective, params: Params) -> Float[np.ndarray, "size size"]:
    """The Hessian of the training loss, for few parameters."""
    with objective.checked():
        matrix = np.asarray(_full_hessian(objective, params, objective.data))
    return (matrix + matrix.T) / 2


def in_double(params: Params) -> Params:
    """The point with all real numbers in float64; for use under `jax.enable_x64`."""
    return jax.tree.map(_double_leaf, params)


def allows_double(objective: Objective, params: Params) -> bool:
    """Tell whether the loss and its gradient can be computed in float64."""
    with jax.enable_x64(True):
        try:
            value, slope = jax.eval_shape(partial(_slope_of, objective), in_double(params), objective.data)
        except (TypeError, ValueError):
            return False
    return value.dtype == slope.dtype == np.float64


def _flat_loss(objective: Objective, params: Params, data: Any) -> tuple[Any, Float[Array, " size"]]:
    """The loss as a function of the trained parameters in one vector, and that vector."""
    trained, others = eqx.partition(params, objective.trained(params))
    vector, unravel = ravel_pytree(trained)

    def loss(vector: Float[Array, " size"]) -> Float[Array, ""]:
        point = eqx.combine(unravel(vector), others)
        return objective.measures(point, objective.features(point, data), data)[TRAIN_LOSS]

    return loss, vector


def _slope_of(
    objective: Objective, params: Params, data: Any
) -> tuple[Float[Array, ""], Float[Array, " size"]]:
    loss, vector = _flat_loss(objective, params, data)
    return jax.value_and_grad(loss)(vector)


def _product_of(
    objective: Objective, params: Params, data: Any, along: Float[Array, " size"]
) -> Float[Array, " size"]:
    loss, vector = _flat_loss(objective, params, data)
    return jax.jvp(jax.grad(loss), (vector,), (along,))[1]


def _full_hessian_of(objective: Objective, params: Params, data: Any) -> Float[Array, "size size"]:
    loss, vector = _flat_loss(objective, params, data)

    def row(along: Float[Array, " size"]) -> Float[Array, " size"]:
        return jax.jvp(jax.grad(loss), (vector,), (along,))[1]

    return jax.lax.map(row, jnp.eye(len(vector), dtype=vector.dtype), batch_size=_ROWS_AT_ONCE)


_slope = fast_compile_jit(_slope_of, RUN_FOR_SECONDS, static_argnums=0)
_product = fast_compile_jit(_product_of, RUN_FOR_SECONDS, static_argnums=0)
_full_hessian = fast_compile_jit(_full_hessian_of, RUN_FOR_SECONDS, static_argnums=0)


def _double_leaf(leaf: Any) -> Any:
    leaf = on_host(leaf)
    return leaf.astype(np.float64) if is_floating(leaf) else leaf
