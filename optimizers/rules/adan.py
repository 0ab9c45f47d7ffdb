"""Adan: Nesterov's look-ahead in Adam, told from how the gradient has changed."""

from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Int

from ravine.optimizers._checks import check_word
from ravine.optimizers._complex import real_zeros_like, squared
from ravine.optimizers._numerics import Real, no_steps, one_more
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import update_square


class AdanState(NamedTuple):
    """The last gradient, and running means of the gradients, their changes and the squares of both."""

    steps: Int[Array, ""]
    gradient: optax.Updates
    mean: optax.Updates
    change: optax.Updates
    square: optax.Updates


def adan(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.98,
    b2: Real = 0.92,
    b3: Real = 0.99,
    eps: Real = 1e-8,
    weight_decay: Real = 0.0,
    variant: Literal["paper", "authors", "optax"] = "paper",
) -> optax.GradientTransformationExtraArgs:
    """Adan, without restarts.

    Raises:
        HyperparameterError: `variant` is neither "paper", "authors" nor "optax".
    """
    check_word("adan", "variant", variant, ("paper", "authors", "optax"))
    if variant == "optax":
        return optax.adan(learning_rate, b1, b2, b3, eps, eps_root=0.0, weight_decay=weight_decay)

    def init(params: optax.Params) -> AdanState:
        # An array each: a training loop may donate their buffers.
        means = (optax.tree.zeros_like(params) for _ in range(3))
        return AdanState(no_steps(), *means, square=real_zeros_like(params))

    def update(
        updates: optax.Updates, state: AdanState, params: optax.Params, **_: object
    ) -> tuple[optax.Updates, AdanState]:
        state = _remember(updates, state, b1, b2, b3, from_first=variant == "paper")
        means = state if variant == "paper" else _correct(state, b1, b2, b3)
        decay = learning_rate * weight_decay

        def step(m: Array, v: Array, n: Array, p: Array) -> Array:
            stride = learning_rate * (m + b2 * v) / (jnp.sqrt(n) + eps)
            return -(stride + decay * p) / (1 + decay)

        return jax.tree.map(step, means.mean, means.change, means.square, params), state

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def _remember(
    gradient: optax.Updates, state: AdanState, b1: Real, b2: Real, b3: Real, *, from_first: bool
) -> AdanState:
    """The means with one more gradient; they start from the first gradient, or from zero."""
    first = state.steps == 0
    change = jax.tree.map(lambda g, old: jnp.where(first, 0, g - old), gradient, state.gradient)
    ahead = jax.tree.map(lambda g, d: g + b2 * d, gradient, change)
    mean = optax.tree.update_moment(gradient, state.mean, b1, 1)
    square = update_square(ahead, state.square, b3)
    if from_first:
        mean = optax.tree.where(first, gradient, mean)
        square = optax.tree.where(first, squared(gradient), square)
    change = optax.tree.update_moment(change, state.change, b2, 1)
    return AdanState(one_more(state.steps), gradient, mean, change, square)


def _correct(state: AdanState, b1: Real, b2: Real, b3: Real) -> AdanState:
    """The means as if they had not started from zero."""
    return state._replace(
        mean=optax.tree.bias_correction(state.mean, b1, state.steps),
        change=optax.tree.bias_correction(state.change, b2, state.steps),
        square=optax.tree.bias_correction(state.square, b3, state.steps),
    )


OPTIMIZER = Optimizer(
    rule=adan,
    title="Adan",
    equation=r"d_t = g_t - g_{t-1}, \quad d_0 = 0, \quad m_0 = g_0, \quad v_0 = 0, \quad n_0 = g_0^2 \\"
    r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2) d_t \\"
    r"n_t = \beta_3 n_{t-1} + (1 - \beta_3) (g_t + \beta_2 d_t)^2 \\"
    r"\theta_{t+1} = \frac{1}{1 + \lambda \eta} \left( \theta_t - \eta\, "
    r"\frac{m_t + \beta_2 v_t}{\sqrt{n_t} + \epsilon} \right)",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient, beta_1, in [0, 1)",
        "b2": "decay of the running mean of the gradient's change, beta_2, in [0, 1); also that mean's "
        "weight in the step",
        "b3": "decay of the running mean of the squared extrapolated gradient, beta_3, in [0, 1)",
        "eps": "added to the root of that last mean, epsilon",
        "weight_decay": "proximal weight decay, lambda; a step divides the weights by 1 + learning_rate * "
        "weight_decay",
        "variant": "paper: the means start at the first gradient; authors: at zero, bias-corrected; optax: "
        "as optax.adan",
    },
    family="adaptive",
    paper="X. Xie, P. Zhou, H. Li, Z. Lin and S. Yan, Adan: Adaptive Nesterov Momentum Algorithm for "
    "Faster Optimizing Deep Models",
    year=2022,
    address="https://arxiv.org/abs/2208.06677",
    about="Turns before it overshoots without a second gradient, but keeps its first gradient in mind for "
    "long.",
    libraries="The paper writes beta for one minus ours, and may restart. The authors' code starts all "
    "means at zero and corrects them (variant=authors). optax does too, but weighs the change by 1 - b2 in "
    "place of b2, 0.08 in place of 0.92, has eps inside the root as well, and decays weights as AdamW does "
    "(variant=optax, with eps outside alone).",
)
