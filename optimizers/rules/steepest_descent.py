"""Steepest descent: along the negative gradient, as far as the loss falls."""

from typing import Literal, TypeAlias, get_args

import optax
from jaxtyping import Array, Bool, Float

from ravine.optimizers._directions import Directions, along_rays, as_last
from ravine.optimizers._line_search import search_named
from ravine.optimizers._optimizer import Optimizer

_Search: TypeAlias = Literal["exact", "global", "wolfe"]


def steepest_descent(*, line_search: _Search = "exact") -> optax.GradientTransformationExtraArgs:
    """Steepest descent; its update needs `value_fn`, the loss.

    The global search looks within ten times 1 + the largest coordinate, which takes a thousand losses a
    step; if the loss still falls at the end, it goes on to the first minimiser beyond.

    Raises:
        HyperparameterError: `line_search` is another word.
    """
    search = search_named("steepest_descent", line_search, get_args(_Search), curvature=0.1)

    def choose(
        gradient: Float[Array, " n"], point: Float[Array, " n"], memory: tuple[()], stepped: Bool[Array, ""]
    ) -> tuple[Float[Array, " n"], tuple[()]]:
        del point, stepped
        return -gradient, memory

    return along_rays("steepest_descent", Directions(lambda _: (), choose), search, as_last)


OPTIMIZER = Optimizer(
    rule=steepest_descent,
    title="Steepest descent",
    equation=r"\alpha_t = \min \{ \alpha > 0 : \, g_t \cdot \nabla f(\theta_t - \alpha\, g_t) = 0 \} \\"
    r"\theta_{t+1} = \theta_t - \alpha_t\, g_t",
    hyperparameters={
        "line_search": "exact: to the first minimiser along the ray; global: to the lowest one; wolfe: to a "
        "length that fulfils the strong Wolfe conditions",
    },
    family="line search",
    paper="A. Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées",
    year=1847,
    address="https://gallica.bnf.fr/ark:/12148/bpt6k2982c/f540.item",
    about="Never climbs and needs no rate, but turns by a right angle at every step and zigzags along a "
    "ravine.",
    libraries="Neither optax nor torch has an exact line search. line_search=global goes to the lowest "
    "minimum on the ray in place of the first, as 1024 places within ten times 1 + the largest coordinate "
    "tell: a valley between two of them may be missed. With line_search=wolfe it is optax.sgd(1) before "
    "optax.scale_by_zoom_linesearch, with a tenth of the slope left at most.",
    series={"step_length": "step_length"},
    evaluations="evaluations",
    tuned=False,
)
