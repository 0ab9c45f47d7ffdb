"""The Hessian of an objective by its products with vectors, over the trained parameters."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Float64

from ravine.core.compile import RUN_FOR_SECONDS, fast_compile_jit
from ravine.core.fingerprint import fingerprint
from ravine.core.pytree import Params, flat, is_floating, mixed, on_host, trained_leaves
from ravine.landscapes.curvature._lanczos import NotFiniteError, Product, lanczos
from ravine.landscapes.evaluation import own_part, source_of
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


class Extremes(NamedTuple):
    """The ends of the Hessian's spectrum at points."""

    lowest: Float64[np.ndarray, " points"]
    highest: Float64[np.ndarray, " points"]

    @property
    def ratio(self) -> Float64[np.ndarray, " points"]:
        """|lowest / highest|: near 0 where the loss is close to convex; NaN where both are 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(self.lowest / self.highest)


def extremes(
    objective: Objective, params: Params, *, steps: int = 40, tolerance: float = 1e-2, seed: int = 0
) -> tuple[float, float]:
    """The smallest and the largest eigenvalue of the training loss's Hessian at a point.

    Further points of the same objective compile nothing new.

    Args:
        objective: The loss.
        params: The point.
        steps: Hessian products at most.
        tolerance: On the residuals of both, relative to the larger absolute value; the error of an
            eigenvalue is about its residual's square over the gap to the next.
        seed: Of the first vector.

    Raises:
        ValueError: no parameter is trained.
        NotFiniteError: the Hessian is not finite.
    """
    size = len(flat(params, objective.trained(params)))
    if size == 0:
        raise ValueError("A curvature needs trained parameters; this objective has none.")
    start = np.random.default_rng(seed).normal(size=size)
    product = hessian_product(objective, params)
    found = lanczos(product, start, steps=steps, top=1, bottom=1, tolerance=tolerance, seed=seed)
    return float(found.values[0]), float(found.values[-1])


def extremes_at(
    objective: Objective,
    origin: Params,
    directions: Sequence[Params],
    coordinates: Float[np.ndarray, "points k"],
    *,
    steps: int = 40,
    tolerance: float = 1e-2,
    seed: int = 0,
    keep: Path | None = None,
    on_points: Callable[[int], None] | None = None,
) -> Extremes:
    """The same at `origin + sum_k coordinates[:, k] directions[k]`, as for a map of convexity.

    A point whose Hessian is not finite has NaN for both.

    Args:
        objective: The loss.
        origin: The point whose coordinates are 0.
        directions: Of the line or plane.
        coordinates: Of the points.
        steps: Hessian products a point, at most.
        tolerance: As for `extremes`.
        seed: Of the first vector, the same at each point.
        keep: A folder for numbers, as for `evaluate`.
        on_points: Called with the number of points done so far.

    Reference:
        H. Li et al., Visualizing the Loss Landscape of Neural Nets, 2018, section 6.
    """
    curvature = hessian_fingerprint(objective, origin) if keep is not None else ""
    folder = keep if objective.identity or curvature else None
    measured = ("extremes", curvature, str(steps), str(tolerance), str(seed))
    source = partial(source_of, objective, (origin, *directions), coordinates, measured)
    with own_part(folder, source, points=len(coordinates), measures=2) as (grid, left):
        for index in left.tolist():
            point = mixed([(1.0, origin), *zip(coordinates[index].tolist(), directions, strict=True)])
            found = (np.nan, np.nan)
            with suppress(NotFiniteError):
                found = extremes(objective, point, steps=steps, tolerance=tolerance, seed=seed)
            grid.put(slice(index, index + 1), np.array([found]))
            if on_points:
                on_points(int(grid.done.sum()))
    found = grid.values.astype(np.float64)
    return Extremes(lowest=found[:, 0], highest=found[:, 1])
