"""The type of a rule's hyper-parameters."""

from typing import TypeAlias

from jaxtyping import Array, Float

Real: TypeAlias = float | Float[Array, ""]
"""A number, or one that JAX traces."""
