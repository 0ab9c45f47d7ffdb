"""Lazy Adam: Adam that touches only the coordinates that a minibatch has."""

import jax
import jax.numpy as jnp
import optax

from ravine.optimizers._numerics import Real, as_real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import (
    Moments,
    correct_moments,
    early_eps,
    no_moments,
    normalise,
    update_moments,
)


def lazy_adam(
    *, learning_rate: Real = 0.001, b1: Real = 0.9, b2: Real = 0.999, eps: Real = 1e-8
) -> optax.GradientTransformationExtraArgs:
    """Lazy Adam; a coordinate whose gradient is zero is absent, and neither it nor its moments change.

    The bias is corrected by the number of all steps, also of those that a coordinate was absent from.
    """

    def update(
        updates: optax.Updates, state: Moments, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, Moments]:
        del params

        def where_present(new: optax.Updates, old: optax.Updates) -> optax.Updates:
            return jax.tree.map(lambda g, n, o: jnp.where(g != 0, n, o), updates, new, old)

        new = update_moments(updates, state, b1, b2)
        step = as_real(new.steps, updates)
        mean, square = correct_moments(new, b1, b2)
        direction = normalise(mean, square, early_eps(eps, b2, step))
        moments = Moments(
            steps=new.steps,
            mean=where_present(new.mean, state.mean),
            square=where_present(new.square, state.square),
        )
        return where_present(direction, optax.tree.zeros_like(direction)), moments

    lazy = optax.GradientTransformationExtraArgs(no_moments, update)  # pyright: ignore[reportArgumentType]
    return optax.chain(lazy, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=lazy_adam,
    title="Lazy Adam",
    equation=r"\mathrm{where}\ g_t \neq 0: \\"
    r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t, \quad v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2 \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{\sqrt{1 - \beta_2^{t+1}}}{1 - \beta_1^{t+1}} "
    r"\frac{m_{t+1}}{\sqrt{v_{t+1}} + \epsilon}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment before its bias correction, epsilon",
    },
    family="adaptive",
    paper="TensorFlow, LazyAdamOptimizer, after D. P. Kingma and J. Ba, Adam: A Method for Stochastic "
    "Optimization",
    year=2017,
    address="https://www.tensorflow.org/addons/api_docs/python/tfa/optimizers/LazyAdam",
    about="Lets a rare feature rest until it is seen again, and is Adam where all gradients are dense.",
    libraries="torch.optim.SparseAdam agrees; not in optax. Its eps is added to the root before the "
    "correction, unlike Adam's.",
)
