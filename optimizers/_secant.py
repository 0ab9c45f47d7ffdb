"""What quasi-Newton rules learn from a step: how the gradient changed over it."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


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
