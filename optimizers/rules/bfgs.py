"""BFGS: Newton's method with an inverse Hessian that is learnt from steps and gradients."""

from typing import Literal, NamedTuple, TypeAlias, get_args

import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float

from ravine.optimizers._checks import check_rows
from ravine.optimizers._directions import Directions, Secant, Visit, along_rays, as_whole, descending
from ravine.optimizers._line_search import search_named
from ravine.optimizers._optimizer import Optimizer

_Search: TypeAlias = Literal["exact", "wolfe"]

_MOST = 5000
"""Parameters, with which the matrix takes 100 MB in 32 bits."""


class _Learnt(NamedTuple):
    inverse_hessian: Float[Array, "n n"]
    last: Visit


def bfgs(*, line_search: _Search = "exact") -> optax.GradientTransformationExtraArgs:
    """BFGS; its update needs `value_fn`, the loss. The inverse Hessian starts as the identity, unscaled.

    Raises:
        HyperparameterError: `line_search` is another word.
    """

    def init(zeros: Float[Array, " n"]) -> _Learnt:
        check_rows("bfgs", zeros.size, most=_MOST)
        return _Learnt(jnp.eye(zeros.size, dtype=zeros.dtype), Visit(zeros, jnp.zeros_like(zeros)))

    def choose(
        gradient: Float[Array, " n"], point: Float[Array, " n"], learnt: _Learnt, stepped: Bool[Array, ""]
    ) -> tuple[Float[Array, " n"], _Learnt]:
        this = Visit(point, gradient)
        secant = Secant.between(learnt.last, this, stepped=stepped)
        inverse = _updated(learnt.inverse_hessian, secant)
        return descending(-inverse @ gradient, gradient), _Learnt(inverse, this)

    search = search_named("bfgs", line_search, get_args(_Search), curvature=0.9)
    return along_rays("bfgs", Directions(init, choose), search, as_whole)


def _updated(inverse: Float[Array, "n n"], secant: Secant) -> Float[Array, "n n"]:
    """The inverse Hessian nearest to the old one that takes the change of the gradient to the step."""
    step, change, weight = secant.step, secant.change, secant.weight
    image = inverse @ change
    mixed = jnp.outer(step, image)
    stretch = (1 + weight * jnp.vdot(change, image)) * jnp.outer(step, step)
    return jnp.where(weight > 0, inverse + weight * (stretch - mixed - mixed.T), inverse)


OPTIMIZER = Optimizer(
    rule=bfgs,
    title="BFGS",
    equation=r"s = \theta_t - \theta_{t-1}, \quad y = g_t - g_{t-1}, \quad \rho = \frac{1}{y \cdot s}, \quad "
    r"H_0 = I \\"
    r"H_t = (I - \rho\, s y^{T})\, H_{t-1}\, (I - \rho\, y s^{T}) + \rho\, s s^{T} \\"
    r"\theta_{t+1} = \theta_t - \alpha_t\, H_t\, g_t",
    hyperparameters={
        "line_search": "exact: to the first minimiser along the ray; wolfe: to a length that fulfils the "
        "strong Wolfe conditions",
    },
    family="quasi-Newton",
    paper="C. G. Broyden, The convergence of a class of double-rank minimization algorithms; R. Fletcher, "
    "A new approach to variable metric algorithms; D. Goldfarb, A family of variable-metric methods derived "
    "by variational means; D. F. Shanno, Conditioning of quasi-Newton methods for function minimization",
    year=1970,
    address="https://doi.org/10.1093/comjnl/13.3.317",
    about="Comes to converge like Newton's method from gradients alone, and only downhill; it keeps a matrix "
    "as large as the Hessian.",
    libraries="scipy searches by the Wolfe conditions and stops at a tolerance. In the plane it draws the "
    "curve of PR conjugate gradient under exact line search.",
    series={"step_length": "step_length"},
    evaluations="evaluations",
    tuned=False,
)
