"""Nonlinear conjugate gradient: each direction keeps a part of the last one."""

from typing import Literal, NamedTuple, TypeAlias, get_args

import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float

from ravine.optimizers._checks import check_word
from ravine.optimizers._directions import Directions, along_rays, as_last, descending
from ravine.optimizers._line_search import search_named
from ravine.optimizers._optimizer import Optimizer

_Method: TypeAlias = Literal["fr", "pr", "pr+"]
_Search: TypeAlias = Literal["exact", "wolfe"]


class _Last(NamedTuple):
    gradient: Float[Array, " n"]
    direction: Float[Array, " n"]


def conjugate_gradient(
    *, method: _Method = "pr+", line_search: _Search = "exact"
) -> optax.GradientTransformationExtraArgs:
    """Nonlinear conjugate gradient; its update needs `value_fn`, the loss.

    It starts afresh along the gradient only where its direction does not descend.

    Raises:
        HyperparameterError: `method` or `line_search` is another word.
    """
    check_word("conjugate_gradient", "method", method, get_args(_Method))
    search = search_named("conjugate_gradient", line_search, get_args(_Search), curvature=0.1)

    def choose(
        gradient: Float[Array, " n"], point: Float[Array, " n"], last: _Last, stepped: Bool[Array, ""]
    ) -> tuple[Float[Array, " n"], _Last]:
        del point, stepped
        square = jnp.vdot(last.gradient, last.gradient)
        change = gradient if method == "fr" else gradient - last.gradient
        part = jnp.vdot(gradient, change) / jnp.where(square > 0, square, jnp.inf)
        kept = jnp.maximum(part, 0) if method == "pr+" else part
        direction = descending(kept * last.direction - gradient, gradient)
        return direction, _Last(gradient, direction)

    def init(zeros: Float[Array, " n"]) -> _Last:
        return _Last(zeros, jnp.zeros_like(zeros))

    return along_rays("conjugate_gradient", Directions(init, choose), search, as_last)


OPTIMIZER = Optimizer(
    rule=conjugate_gradient,
    title="Conjugate gradient",
    equation=r"\beta_t^{\mathrm{FR}} = \frac{\Vert g_t \Vert^2}{\Vert g_{t-1} \Vert^2}, \quad "
    r"\beta_t^{\mathrm{PR}} = \frac{g_t \cdot (g_t - g_{t-1})}{\Vert g_{t-1} \Vert^2}, \quad "
    r"\beta_t^{\mathrm{PR+}} = \max(0,\, \beta_t^{\mathrm{PR}}) \\"
    r"d_t = -g_t + \beta_t^{\mathrm{PR+}} d_{t-1}, \quad d_0 = -g_0 \\"
    r"\theta_{t+1} = \theta_t + \alpha_t\, d_t",
    hyperparameters={
        "method": "formula of beta, the part of the last direction that is kept: fr (Fletcher-Reeves), pr "
        "(Polak-Ribière) or pr+ (pr, at least 0)",
        "line_search": "exact: to the first minimiser along the ray; wolfe: to a length that fulfils the "
        "strong Wolfe conditions",
    },
    family="line search",
    paper="R. Fletcher and C. M. Reeves, Function minimization by conjugate gradients; E. Polak and "
    "G. Ribière, Note sur la convergence de méthodes de directions conjuguées (1969)",
    year=1964,
    address="https://doi.org/10.1093/comjnl/7.2.149",
    about="Ends on a quadratic in as many steps as it has dimensions; elsewhere FR may take many small steps "
    "in a row, where PR and PR+ start afresh.",
    libraries="The default is PR+, after J. C. Gilbert and J. Nocedal (1992). scipy's CG is PR+ with a Wolfe "
    "search, and stops at a tolerance; optax has none. In the plane PR, BFGS and L-BFGS draw one curve under "
    "exact line search.",
    series={"step_length": "step_length"},
    evaluations="evaluations",
    tuned=False,
)
