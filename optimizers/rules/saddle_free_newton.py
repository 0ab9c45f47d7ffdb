"""Saddle-free Newton: Newton's step, turned about wherever the loss curves downward."""

import jax.numpy as jnp
import optax

from ravine.optimizers._directions import by_eigenvalues
from ravine.optimizers._optimizer import Optimizer


def saddle_free_newton() -> optax.GradientTransformationExtraArgs:
    """Saddle-free Newton; its update needs `value_fn`, the loss, and takes its whole Hessian.

    Along what the Hessian leaves flat it does not move.
    """
    return by_eigenvalues("saddle_free_newton", jnp.abs)


OPTIMIZER = Optimizer(
    rule=saddle_free_newton,
    title="Saddle-free Newton",
    equation=r"H_t = Q\, \Lambda\, Q^{T}, \quad |H_t| = Q\, |\Lambda|\, Q^{T} \\"
    r"\theta_{t+1} = \theta_t - |H_t|^{-1} g_t",
    family="second order",
    paper="Y. Dauphin et al., Identifying and attacking the saddle point problem in high-dimensional "
    "non-convex optimization",
    year=2014,
    address="https://arxiv.org/abs/1406.2572",
    about="As quick as Newton's method near a minimum, and driven away from saddles; its steps grow without "
    "bound where the curvature changes sign.",
    libraries="The paper's experiments keep to a Krylov subspace and damp the eigenvalues; in the plane the "
    "whole Hessian is taken.",
    series={"lowest_eigenvalue": "lowest_eigenvalue"},
    evaluations="evaluations",
    tuned=False,
)
