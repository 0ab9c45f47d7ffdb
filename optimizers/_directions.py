"""Rules that choose a direction: along rays, by the Hessian's eigenvalues, and what secants tell of it."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float

from ravine.optimizers._checks import check_rows
from ravine.optimizers._line_search import LineSearch, Ray
from ravine.optimizers._numerics import Flat, flatten


class Directions(NamedTuple):
    """A rule's choice of directions, on parameters that are one vector.

    Attributes:
        init: From zeros like the parameters to what the rule remembers before its first step.
        choose: From the gradient, the point, the memory, and whether a step led to this point, to the
            direction and the memory.
    """

    init: Callable[[Float[Array, " n"]], Any]
    choose: Callable[
        [Float[Array, " n"], Float[Array, " n"], Any, Bool[Array, ""]], tuple[Float[Array, " n"], Any]
    ]


Guess: TypeAlias = Callable[[Float[Array, ""], Float[Array, " n"]], Float[Array, ""]]
"""From the last step's length and the gradient to the length that a search by trial begins with."""


class RayState(NamedTuple):
    """The last step's length, and evaluations of the loss, the gradient and the Hessian so far.

    `step_length` is in units of the direction, 0 before the first step and where a search finds no descent.
    """

    step_length: Float[Array, ""]
    evaluations: Float[Array, "3"]
    memory: Any


def along_rays(
    rule: str, directions: Directions, search: LineSearch | None, guess: Guess
) -> optax.GradientTransformationExtraArgs:
    """The rule that steps as far along its direction as a search finds good.

    The update of a rule that searches needs `value_fn`, the loss as a function of the parameters; with
    `value` and `grad`, its value and gradient at the parameters, nothing is evaluated twice, unless these are
    complex or of less than float32: the search then takes both again, as accurate as what follows.

    Args:
        rule: Its name, for what it says where the loss is missing.
        directions: The rule that chooses the directions.
        search: The line search along a direction; the guess is the step's length if None.
        guess: The first step length of a search by trial.
    """

    def init(params: optax.Params) -> RayState:
        zeros = jnp.zeros_like(flatten(params).vector)
        return RayState(jnp.zeros([], zeros.dtype), jnp.zeros(3, zeros.dtype), directions.init(zeros))

    def update(
        updates: optax.Updates,
        state: RayState,
        params: optax.Params,
        *,
        value: Float[Array, ""] | None = None,
        grad: optax.Updates | None = None,
        value_fn: Callable[[optax.Params], Array] | None = None,
        **_: object,
    ) -> tuple[optax.Updates, RayState]:
        flat, gradient = flatten(params), flatten(updates).vector
        point = flat.vector
        stepped = state.step_length != 0
        direction, memory = directions.choose(gradient, point, state.memory, stepped)
        length, spent = guess(state.step_length, gradient), jnp.array([0, 1, 0], point.dtype)
        if search is not None:
            ray, begun = _ray(flat_loss(rule, value_fn, flat), flat, direction, gradient, value, grad)
            length, searched = search(ray, length)
            spent = spent + begun + searched
        step = jnp.where(length == 0, 0, length * direction)
        return flat.restore(step), RayState(length, state.evaluations + spent, memory)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def _ray(
    loss: Callable[[Float[Array, " n"]], Float[Array, ""]],
    flat: Flat,
    direction: Float[Array, " n"],
    gradient: Float[Array, " n"],
    value: Float[Array, ""] | None,
    grad: optax.Updates | None,
) -> tuple[Ray, Float[Array, "3"]]:
    """The ray, and what was evaluated to know the loss and its gradient where it begins."""
    point = flat.vector
    if not flat.is_plain:
        known, true = jax.value_and_grad(loss)(point)
        return Ray(loss, point, direction, known, true), jnp.array([0, 1, 0], point.dtype)
    known = loss(point) if value is None else jnp.asarray(value, point.dtype)
    true = gradient if grad is None else flatten(grad).vector
    return Ray(loss, point, direction, known, true), jnp.array([value is None, 0, 0], point.dtype)


def as_last(length: Float[Array, ""], gradient: Float[Array, " n"]) -> Float[Array, ""]:
    """The last step's length; a first step is no longer than 1."""
    return jnp.where(length > 0, length, no_longer_than_1(gradient))


def as_whole(length: Float[Array, ""], gradient: Float[Array, " n"]) -> Float[Array, ""]:
    """1, which a quasi-Newton step comes to need; a first step is no longer than 1."""
    return jnp.where(length > 0, 1, no_longer_than_1(gradient))


def no_longer_than_1(gradient: Float[Array, " n"], order: int = 2) -> Float[Array, ""]:
    """1 in units of the gradient, or less if that is a step of more than 1 in the norm of this order."""
    return jnp.minimum(1, 1 / jnp.linalg.norm(gradient, ord=order))


def flat_loss(
    rule: str, value_fn: Callable[[optax.Params], Array] | None, flat: Flat
) -> Callable[[Float[Array, " n"]], Float[Array, ""]]:
    """The loss of parameters that are one vector.

    Raises:
        ValueError: there is none.
    """
    if value_fn is None:
        raise ValueError(f"{rule} looks at the loss elsewhere: give its update the loss, value_fn=loss.")
    return lambda point: jnp.asarray(value_fn(flat.unravel(point)), point.dtype)


def descending(direction: Float[Array, " n"], gradient: Float[Array, " n"]) -> Float[Array, " n"]:
    """The direction if the loss falls along it, else that of steepest descent."""
    return jnp.where(jnp.vdot(direction, gradient) < 0, direction, -gradient)


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


class Visit(NamedTuple):
    """A point and its gradient."""

    point: Float[Array, " n"]
    gradient: Float[Array, " n"]


class Secant(NamedTuple):
    """A step and the change of the gradient over it.

    Attributes:
        step: From the last point to this one.
        change: Of the gradient.
        weight: The inverse of their product; 0 where the loss does not curve upward by more than rounding,
            and the secant is of no use.
    """

    step: Float[Array, " n"]
    change: Float[Array, " n"]
    weight: Float[Array, ""]

    @classmethod
    def between(cls, last: Visit, this: Visit, *, stepped: Bool[Array, ""], least: float = 0) -> "Secant":
        """The secant from the last visit to this one, if a step was taken.

        It is of no use either where the product of step and change is not above `least`.
        """
        step, change = this.point - last.point, this.gradient - last.gradient
        product = jnp.vdot(step, change)
        rounding = jnp.finfo(product.dtype).eps * jnp.linalg.norm(step) * jnp.linalg.norm(change)
        useful = stepped & (product > jnp.maximum(rounding, least)) & jnp.isfinite(1 / product)
        return cls(step, change, jnp.where(useful, 1 / jnp.where(useful, product, 1), 0))

    @property
    def scale(self) -> Float[Array, ""]:
        """The inverse curvature along the change of the gradient; 1 where the secant is of no use."""
        curvature = self.weight * jnp.vdot(self.change, self.change)
        return 1 / jnp.where(curvature > 0, curvature, 1)
