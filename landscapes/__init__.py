"""Loss surfaces over the plane, each with its facts."""

from typing import TYPE_CHECKING

from ravine.core.catalogue import Catalogue
from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.core.cache import Cache as Cache
    from ravine.landscapes import curvature as curvature
    from ravine.landscapes import evaluation as evaluation
    from ravine.landscapes import geometry as geometry
    from ravine.landscapes import networks as networks
    from ravine.landscapes._examples import Examples as Examples
    from ravine.landscapes._examples import stopping_step as stopping_step
    from ravine.landscapes._expression import ExpressionError as ExpressionError
    from ravine.landscapes._grid import losses_at as losses_at
    from ravine.landscapes._grid import losses_on_grid as losses_on_grid
    from ravine.landscapes._landscape import Box as Box
    from ravine.landscapes._landscape import Landscape as Landscape
    from ravine.landscapes._landscape import Loss as Loss
    from ravine.landscapes._latex import to_latex as to_latex
    from ravine.landscapes._sampling import ORDERS as ORDERS
    from ravine.landscapes._sampling import Noisy as Noisy
    from ravine.landscapes._sampling import Order as Order
    from ravine.landscapes._sampling import difficulty_of as difficulty_of
    from ravine.landscapes._sampling import gradient_noise as gradient_noise
    from ravine.landscapes._sampling import minibatches as minibatches
    from ravine.landscapes._user_function import resolve_function as resolve_function
    from ravine.landscapes.networks import from_torch as from_torch
    from ravine.landscapes.networks import params_of as params_of

catalogue: "Catalogue[Landscape]" = Catalogue(
    package=(
        "ravine.landscapes.analytic",
        "ravine.landscapes.finite_sum",
        "ravine.landscapes.one_variable",
    ),
    variable="LANDSCAPE",
    kind="landscape",
)
names = catalogue.names
load = catalogue.load

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__, "catalogue", "load", "names")
