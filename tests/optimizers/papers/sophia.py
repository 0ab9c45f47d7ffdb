"""Liu et al. 2024, Algorithm 3 with Hutchinson's estimate, its vectors drawn as optax draws them."""

import jax
import numpy as np
import optax

FORMS = (
    (
        {"update_interval": 3, "seed": 7},
        {
            "learning_rate": (0.003, 0.1),
            "b1": (0.5, 0.95),
            "b2": (0.9, 0.9999),
            "eps": (1e-12, 1e-3),
            "gamma": (1e-3, 1.0),
            "weight_decay": (1e-3, 0.3),
        },
    ),
)


def drawn(seed, t):
    with jax.enable_x64(True):
        key = jax.random.fold_in(jax.random.key(seed), t)
        return np.asarray(optax.tree.random_like(key, np.zeros(2)))


def sophia(f, theta, *, learning_rate, b1, b2, eps, gamma, weight_decay, update_interval, seed):
    m = h = 0.0
    t = 0
    while True:
        yield theta, {}
        m = b1 * m + (1 - b1) * f.gradient(theta)
        if t % update_interval == 0:
            u = drawn(seed, t)
            h = b2 * h + (1 - b2) * u[:, None] * np.einsum("ij...,j->i...", f.hessian(theta), u)
        decayed = theta - learning_rate * weight_decay * theta
        theta = decayed - learning_rate * np.clip(m / np.maximum(gamma * h, eps), -1, 1)
        t += 1
