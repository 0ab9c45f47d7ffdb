"""Loss surfaces over the plane, each with its facts."""

from typing import TYPE_CHECKING, Any

from ravine._catalogue import Catalogue
from ravine.landscapes._expression import ExpressionError as ExpressionError
from ravine.landscapes._expression_latex import to_latex as to_latex
from ravine.landscapes._landscape import Box as Box
from ravine.landscapes._landscape import Landscape as Landscape
from ravine.landscapes._landscape import Loss as Loss
from ravine.landscapes._user_function import resolve_function as resolve_function

if TYPE_CHECKING:
    from ravine.landscapes._grid import losses_on_grid as losses_on_grid

catalogue: Catalogue[Landscape] = Catalogue(
    package="ravine.landscapes.analytic", variable="LANDSCAPE", kind="landscape"
)
names = catalogue.names
load = catalogue.load


def __getattr__(name: str) -> Any:
    if name != "losses_on_grid":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ravine.landscapes._grid import losses_on_grid

    return losses_on_grid
