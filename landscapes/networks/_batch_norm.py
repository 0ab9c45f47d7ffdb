"""Batch norm, its statistics those of the examples at hand or the stored ones."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

EPSILON = 1e-5
"""Added to the variance, as in PyTorch."""


class BatchNorm(eqx.Module):
    """Normalises each channel to mean 0 and variance 1, then scales and shifts it.

    S. Ioffe and C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift, 2015. The stored statistics are not running averages: `measured` takes them from given
    examples, so that they never change unasked. The variance is the biased one, in both uses.

    Attributes:
        mean: Stored, not trained.
        variance: Stored, not trained.
    """

    scale: Float[Array, " channels"]
    shift: Float[Array, " channels"]
    mean: Float[Array, " channels"]
    variance: Float[Array, " channels"]

    @classmethod
    def of(cls, channels: int) -> "BatchNorm":
        """One that leaves signals of mean 0 and variance 1 as they are."""
        return cls(
            scale=jnp.ones(channels),
            shift=jnp.zeros(channels),
            mean=jnp.zeros(channels),
            variance=jnp.ones(channels),
        )

    def measured(self, signals: Float[Array, "channels ..."]) -> "BatchNorm":
        """The same with the statistics of these signals."""
        rest = tuple(range(1, signals.ndim))
        found = signals.mean(rest), signals.var(rest)
        return eqx.tree_at(lambda norm: (norm.mean, norm.variance), self, found)

    def __call__(self, signals: Float[Array, "channels ..."]) -> Float[Array, "channels ..."]:
        """The signals, normalised by the stored statistics."""
        along = (slice(None), *[None] * (signals.ndim - 1))
        slope = self.scale * jax.lax.rsqrt(self.variance + EPSILON)
        return (signals - self.mean[along]) * slope[along] + self.shift[along]

    @property
    def trained(self) -> "BatchNorm":
        """Which leaves are trained: a batch norm of booleans."""
        every = jax.tree.map(lambda _: True, self)
        return eqx.tree_at(lambda norm: (norm.mean, norm.variance), every, (False, False))
