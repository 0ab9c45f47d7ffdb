"""Complex parameters, of which the loss is a real function.

A rule's `updates` point where the loss rises most steeply: the derivative by the real part plus i times that
by the imaginary part, which is the conjugate of what `jax.grad` gives. So it is in optax. What a rule squares
is the modulus.
"""

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._checks import HyperparameterError


def is_complex(params: optax.Params) -> bool:
    """True if any of the parameters is complex."""
    return any(jnp.iscomplexobj(leaf) for leaf in jax.tree.leaves(params))


def for_real_parameters(
    rule: str, transformation: optax.GradientTransformation
) -> optax.GradientTransformationExtraArgs:
    """A rule that refuses complex parameters, of which there is no agreed form.

    Its `init` raises a HyperparameterError where it is given any.

    Args:
        rule: Its name, for the refusal.
        transformation: The rule itself.
    """
    transformation = optax.with_extra_args_support(transformation)

    def init(params: optax.Params) -> optax.OptState:
        if is_complex(params):
            raise HyperparameterError(
                f"{rule} does not support complex parameters: give it the real and the imaginary part as "
                "two real arrays."
            )
        return transformation.init(params)

    return optax.GradientTransformationExtraArgs(init, transformation.update)


def real_zeros_like(params: optax.Params) -> optax.Updates:
    """Zeros for what is real of every parameter, such as its squared modulus."""
    return optax.tree.real(optax.tree.zeros_like(params))


def squared(tree: optax.Updates) -> optax.Updates:
    """The squared modulus of every number."""
    return jax.tree.map(
        lambda leaf: leaf**2 if jnp.isrealobj(leaf) else leaf.real**2 + leaf.imag**2,
        tree,
    )


def inner_product(one: optax.Updates, other: optax.Updates) -> Float[Array, ""]:
    """The product of two vectors; a complex number counts as a pair of real ones."""
    return jnp.real(jnp.asarray(optax.tree.vdot(one, other)))


def ascent(gradient: optax.Updates) -> optax.Updates:
    """The direction of steepest ascent, from what `jax.grad` gives."""
    return jax.tree.map(jnp.conj, gradient) if is_complex(gradient) else gradient
