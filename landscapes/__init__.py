"""Loss surfaces over the plane, each with its facts."""

import importlib
from typing import TYPE_CHECKING, Any

from ravine._catalogue import Catalogue
from ravine.landscapes._expression import ExpressionError as ExpressionError
from ravine.landscapes._expression_latex import to_latex as to_latex
from ravine.landscapes._landscape import Box as Box
from ravine.landscapes._landscape import Landscape as Landscape
from ravine.landscapes._landscape import Loss as Loss
from ravine.landscapes._user_function import resolve_function as resolve_function

if TYPE_CHECKING:
    from ravine.landscapes._batches import difficulty_of as difficulty_of
    from ravine.landscapes._batches import minibatches as minibatches
    from ravine.landscapes._early_stopping import stopping_step as stopping_step
    from ravine.landscapes._examples import Examples as Examples
    from ravine.landscapes._grid import losses_at as losses_at
    from ravine.landscapes._grid import losses_on_grid as losses_on_grid
    from ravine.landscapes._kept import Kept as Kept
    from ravine.landscapes._noise import Noisy as Noisy
    from ravine.landscapes._noise import shocks as shocks
    from ravine.landscapes.networks._torch import from_torch as from_torch
    from ravine.landscapes.networks._torch import params_of as params_of

catalogue: Catalogue[Landscape] = Catalogue(
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

_LATE = {
    "Examples": "_examples",
    "Kept": "_kept",
    "Noisy": "_noise",
    "difficulty_of": "_batches",
    "from_torch": "networks._torch",
    "losses_at": "_grid",
    "losses_on_grid": "_grid",
    "minibatches": "_batches",
    "params_of": "networks._torch",
    "shocks": "_noise",
    "stopping_step": "_early_stopping",
}
"""What needs numpy or JAX, by module."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)
