"""DoG: the rate is the largest distance from the start over the gradients seen."""

import jax
import jax.numpy as jnp
import optax

from ravine.optimizers._numerics import Real, in_single
from ravine.optimizers._optimizer import Optimizer


def dog(
    *, learning_rate: Real = 1.0, initial_distance: Real = 1e-6, eps: Real = 1e-8
) -> optax.GradientTransformationExtraArgs:
    """DoG: gradient descent at a rate of distance over gradients."""
    rule = optax.contrib.dog(learning_rate, ("heuristic", initial_distance), eps)

    def init(params: optax.Params) -> optax.OptState:
        # A copy: a training loop may donate the buffers of its parameters and of this state.
        return rule.init(jax.tree.map(lambda p: jnp.array(p, copy=True), params))

    return in_single(optax.GradientTransformation(init, rule.update))


OPTIMIZER = Optimizer(
    rule=dog,
    title="DoG",
    equation=r"r_t = \max \left( \max_{i \leq t} \Vert \theta_i - \theta_0 \Vert, "
    r"r_\epsilon (1 + \Vert \theta_0 \Vert) \right) \\"
    r"\theta_{t+1} = \theta_t - \frac{r_t}{\sqrt{\sum_{i \leq t} \Vert g_i \Vert^2 + \epsilon}}\, g_t",
    hyperparameters={
        "learning_rate": "factor on the step size that is found; 1 in the paper",
        "initial_distance": "first distance from the start, r_epsilon, in units of 1 + the start's norm, "
        "greater than 0",
        "eps": "added to the sum of squared gradient norms inside the root, epsilon",
    },
    family="self-tuning",
    paper="M. Ivgi, O. Hinder and Y. Carmon, DoG is SGD's Best Friend: A Parameter-Free Dynamic Step Size "
    "Schedule",
    year=2023,
    address="https://arxiv.org/abs/2302.12022",
    about="Needs no rate, but takes a while to leave the start, and slows down as gradients pile up behind "
    "it.",
    libraries="optax agrees. The paper's guarantees are for an average of the iterates.",
    series={"distance": "max_dist"},
    tuned=False,
)
