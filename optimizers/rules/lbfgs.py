"""L-BFGS: BFGS from the last few steps alone, without a matrix."""

from typing import Literal, NamedTuple, TypeAlias, get_args

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float

from ravine.optimizers._checks import check_steps
from ravine.optimizers._directions import Directions, Secant, Visit, along_rays, descending, no_longer_than_1
from ravine.optimizers._line_search import search_named
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer

_Search: TypeAlias = Literal["exact", "wolfe", "fixed"]

_NORM_OF_FIRST = {"wolfe": 2, "fixed": 1}
"""The norm in which the first direction is no longer than 1, as in optax and in torch."""


_LEAST = {"fixed": 1e-10}
"""Of the product of step and change, below which a secant is not taken up, as in torch."""


class _Learnt(NamedTuple):
    secants: Secant
    last: Visit


def lbfgs(
    *, memory_size: int = 10, line_search: _Search = "exact", learning_rate: Real = 1.0
) -> optax.GradientTransformationExtraArgs:
    """L-BFGS; its update needs `value_fn`, the loss, for a line search.

    Raises:
        HyperparameterError: `memory_size` is not a number of steps, or `line_search` is another word.
    """
    check_steps("lbfgs", "memory_size", memory_size)
    search = search_named("lbfgs", line_search, get_args(_Search), curvature=0.9)

    def init(zeros: Float[Array, " n"]) -> _Learnt:
        rows, more_rows = jnp.zeros((2, memory_size, zeros.size), zeros.dtype)
        secants = Secant(rows, more_rows, jnp.zeros(memory_size, zeros.dtype))
        return _Learnt(secants, Visit(zeros, jnp.zeros_like(zeros)))

    def choose(
        gradient: Float[Array, " n"], point: Float[Array, " n"], learnt: _Learnt, stepped: Bool[Array, ""]
    ) -> tuple[Float[Array, " n"], _Learnt]:
        this = Visit(point, gradient)
        least = _LEAST.get(line_search, 0)
        secants = _with(learnt.secants, Secant.between(learnt.last, this, stepped=stepped, least=least))
        norm = _NORM_OF_FIRST.get(line_search)
        first = no_longer_than_1(gradient, norm) if norm else 1.0
        direction = -jnp.where(stepped, _times_inverse(secants, gradient), first * gradient)
        return descending(direction, gradient), _Learnt(secants, this)

    def guess(length: Float[Array, ""], gradient: Float[Array, " n"]) -> Float[Array, ""]:
        del length
        return jnp.asarray(learning_rate, gradient.dtype)

    return along_rays("lbfgs", Directions(init, choose), search, guess)


def _with(secants: Secant, latest: Secant) -> Secant:
    """The secants with the latest one in place of the oldest, if it is of use."""
    shifted = jax.tree.map(lambda old, new: jnp.concatenate([old[1:], new[None]]), secants, latest)
    return optax.tree.where(latest.weight > 0, shifted, secants)


def _times_inverse(secants: Secant, gradient: Float[Array, " n"]) -> Float[Array, " n"]:
    """The product with the inverse Hessian, by two loops over the secants."""

    def back(vector: Array, secant: Secant) -> tuple[Array, Array]:
        share = secant.weight * jnp.vdot(secant.step, vector)
        return vector - share * secant.change, share

    def forth(vector: Array, given: tuple[Secant, Array]) -> tuple[Array, None]:
        secant, share = given
        return vector + (share - secant.weight * jnp.vdot(secant.change, vector)) * secant.step, None

    vector, shares = jax.lax.scan(back, gradient, secants, reverse=True)
    latest = jax.tree.map(lambda rows: rows[-1], secants)
    return jax.lax.scan(forth, latest.scale * vector, (secants, shares))[0]


OPTIMIZER = Optimizer(
    rule=lbfgs,
    title="L-BFGS",
    equation=r"s_i = \theta_{i+1} - \theta_i, \quad y_i = g_{i+1} - g_i, \quad "
    r"\rho_i = \frac{1}{y_i \cdot s_i}, \quad V_i = I - \rho_i\, y_i s_i^{T} \\"
    r"H^{t-m} = \frac{s_{t-1} \cdot y_{t-1}}{y_{t-1} \cdot y_{t-1}}\, I, \quad "
    r"H^{i+1} = V_i^{T} H^{i} V_i + \rho_i\, s_i s_i^{T} \quad (i = t - m, \ldots, t - 1) \\"
    r"\theta_{t+1} = \theta_t - \alpha_t\, H^{t} g_t",
    hyperparameters={
        "memory_size": "number of past steps that are remembered, m, at least 1",
        "line_search": "exact: to the first minimiser along the ray; wolfe: to a length that fulfils the "
        "strong Wolfe conditions; fixed: steps of learning_rate",
        "learning_rate": "step in units of the quasi-Newton step if fixed, first trial if wolfe; exact "
        "ignores it",
    },
    family="quasi-Newton",
    paper="J. Nocedal, Updating quasi-Newton matrices with limited storage; D. C. Liu and J. Nocedal, "
    "On the limited memory BFGS method for large scale optimization (1989)",
    year=1980,
    address="https://doi.org/10.1090/S0025-5718-1980-0572855-7",
    about="The quasi-Newton method for many parameters: its cost grows with the steps it remembers, and "
    "noisy gradients spoil them.",
    libraries="line_search=wolfe is optax.lbfgs(); line_search=fixed is torch.optim.LBFGS with max_iter=1, "
    "whose first step is scaled by the gradient's 1-norm where optax takes the 2-norm.",
    series={"step_length": "step_length"},
    evaluations="evaluations",
    tuned=False,
)
