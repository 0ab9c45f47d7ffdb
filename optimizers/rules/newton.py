"""Newton's method: straight to where the loss's parabola is stationary."""

import optax

from ravine.optimizers._directions import by_eigenvalues
from ravine.optimizers._optimizer import Optimizer


def newton() -> optax.GradientTransformationExtraArgs:
    """Newton's method; its update needs `value_fn`, the loss, and takes its whole Hessian.

    Along what the Hessian leaves flat it does not move.
    """
    return by_eigenvalues("newton", lambda eigenvalues: eigenvalues)


OPTIMIZER = Optimizer(
    rule=newton,
    title="Newton",
    equation=r"H_t = \nabla^2 f(\theta_t) \\ \theta_{t+1} = \theta_t - H_t^{-1} g_t",
    family="second order",
    paper="L. V. Kantorovich, On Newton's method for functional equations; for its history since 1669 see "
    "B. T. Polyak, Newton's method and its use in optimization (2007)",
    year=1948,
    address="https://doi.org/10.1016/j.ejor.2005.06.076",
    about="Needs one step on a quadratic and few near any stationary point, but goes to saddles and maxima "
    "as readily as to minima.",
    libraries="Neither optax nor torch has it; scipy's Newton-CG turns away from negative curvature and "
    "searches along a ray.",
    series={"lowest_eigenvalue": "lowest_eigenvalue"},
    evaluations="evaluations",
    tuned=False,
)
