"""Loss surfaces over the plane, each with its facts."""

from ravine._catalogue import Catalogue
from ravine.landscapes._expression import ExpressionError as ExpressionError
from ravine.landscapes._expression import resolve_function as resolve_function
from ravine.landscapes._landscape import Box as Box
from ravine.landscapes._landscape import Landscape as Landscape
from ravine.landscapes._landscape import Loss as Loss

catalogue: Catalogue[Landscape] = Catalogue(
    package="ravine.landscapes.analytic", variable="LANDSCAPE", kind="landscape"
)
names = catalogue.names
load = catalogue.load
