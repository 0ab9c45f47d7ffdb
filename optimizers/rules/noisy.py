"""Annealed gradient noise: a normal deviate on each gradient, smaller with every step."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int

from ravine.optimizers._complex import for_real_parameters
from ravine.optimizers._numerics import Real, as_real, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer


class NoisyState(NamedTuple):
    """The steps so far, the standard deviation of the last one's noise, and the inner rule's state."""

    steps: Int[Array, ""]
    noise_sigma: Float[Array, ""]
    inner_state: optax.OptState


def noisy(
    *,
    inner: optax.GradientTransformation,
    eta: Real = 0.3,
    gamma: Real = 0.55,
    seed: int = 0,
    normals: tuple[tuple[float, ...], ...] | None = None,
) -> optax.GradientTransformationExtraArgs:
    """Noise of variance `eta / (1 + t)^gamma` on the gradients that `inner` is given."""
    inner = optax.with_extra_args_support(inner)

    def init(params: optax.Params) -> NoisyState:
        return NoisyState(no_steps(), jnp.zeros([], real_type(params)), inner.init(params))

    def update(
        updates: optax.Updates, state: NoisyState, params: optax.Params | None = None, **extra: object
    ) -> tuple[optax.Updates, NoisyState]:
        sigma = jnp.sqrt(eta / (1 + as_real(state.steps, updates)) ** gamma)
        if normals is None:
            unit = _drawn(seed, state.steps, updates)
        else:
            unit = _recorded(normals, state.steps, updates)
        noisy_gradient = jax.tree.map(lambda g, z: (g + sigma * z).astype(g.dtype), updates, unit)
        updates, inner_state = inner.update(noisy_gradient, state.inner_state, params, **extra)
        sigma = sigma.astype(state.noise_sigma.dtype)
        return updates, NoisyState(one_more(state.steps), sigma, inner_state)

    disturbed = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return for_real_parameters("noisy", disturbed)


def _drawn(seed: int, count: Int[Array, ""], like: optax.Updates) -> optax.Updates:
    key = jax.random.fold_in(jax.random.key(seed), count)
    return optax.tree.random_like(key, like, jax.random.normal)


def _recorded(
    normals: tuple[tuple[float, ...], ...], count: Int[Array, ""], like: optax.Updates
) -> optax.Updates:
    flat, unravel = ravel_pytree(like)
    rows = jnp.asarray(normals, flat.dtype)
    return unravel(rows[jnp.minimum(count, len(rows) - 1)])


OPTIMIZER = Optimizer(
    rule=noisy,
    title="Gradient noise",
    equation=r"\tilde g_t = g_t + \mathcal{N}(0, \sigma_t^2), \quad "
    r"\sigma_t^2 = \frac{\eta}{(1 + t)^{\gamma}} \\"
    r"\theta_{t+1} = \theta_t + \mathrm{inner}(\tilde g_t)",
    hyperparameters={
        "inner": "optimizer that takes the noisy gradients",
        "eta": "variance of the noise on the first gradient, at least 0",
        "gamma": "power at which the variance decays, at least 0",
        "seed": "random seed of the noise",
        "normals": "recorded standard normal numbers in place of drawn ones, a row a step; the last row is "
        "held",
    },
    family="noise",
    paper="A. Neelakantan, L. Vilnis, Q. V. Le, I. Sutskever, L. Kaiser, K. Kurach and J. Martens, Adding "
    "Gradient Noise Improves Learning for Very Deep Networks",
    year=2015,
    address="https://arxiv.org/abs/1511.06807",
    about="Shakes a rule out of poor starts and off saddles; too much noise and it wanders.",
    libraries="optax.add_noise has the same variance, to float32. eta is the variance at the first step, "
    "not a rate.",
    series={"sigma": "noise_sigma"},
    inner="sgd",
)
