"""Views of a landscape: a module without an underscore is one, and its `VIEW` says what it shows."""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ravine.core.catalogue import Catalogue
from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.views._bands import BANDS as BANDS
    from ravine.renderer.views._bands import band_colours as band_colours
    from ravine.renderer.views._bands import map_colours as map_colours
    from ravine.renderer.views._view import Geometry as Geometry
    from ravine.renderer.views._view import KeyEntry as KeyEntry
    from ravine.renderer.views._view import LandscapeView as LandscapeView
    from ravine.renderer.views._view import Place as Place
    from ravine.renderer.views._view import Placed as Placed
    from ravine.renderer.views._view import View as View
    from ravine.renderer.views._view import ViewKind as ViewKind
    from ravine.renderer.views.chart import ChartView as ChartView
    from ravine.renderer.views.curve import RINGS as RINGS
    from ravine.renderer.views.curve import CurveView as CurveView
    from ravine.renderer.views.surface import SurfaceView as SurfaceView

catalogue: "Catalogue[ViewKind]" = Catalogue(package="ravine.renderer.views", variable="VIEW", kind="view")

_ORDER = ("flat", "relief", "graph", "steps")


def names(
    *,
    geometry: "Geometry | None" = None,
    variables: int | None = None,
    usual: bool | None = None,
    camera: bool | None = None,
    networks: bool | None = None,
) -> tuple[str, ...]:
    """Name the views, or those of certain facts: flat ones first, then reliefs, graphs and charts.

    Args:
        geometry: The map from their points to the picture.
        variables: The number of variables of a landscape that they show, and of no other.
        usual: True if a landscape is seen so unless another view is asked for.
        camera: True if they are seen from a camera.
        networks: True if planes through a network's parameters are drawn so.

    Example:
        >>> names(variables=2)
        ('contour', 'surface')
    """
    wanted = (geometry, variables, usual, camera, networks)
    known = {name: facts_of(name) for name in catalogue.names()}
    found = [
        name
        for name, facts in known.items()
        if all(value in (None, own) for value, own in zip(wanted, facts[:-1], strict=True))
    ]
    return tuple(sorted(found, key=lambda name: _ORDER.index(known[name].geometry)))


class ViewFacts(NamedTuple):
    """Facts about a view that need no import; the fields are those of `ViewKind`."""

    geometry: "Geometry"
    variables: int | None
    usual: bool
    camera: bool
    networks: bool
    about: str


@cache
def facts_of(name: str) -> ViewFacts:
    """Read the facts of a view from its record.

    Raises:
        UnknownNameError: there is no such view.
    """
    known = catalogue.facts(name)
    return ViewFacts(
        geometry=known["geometry"],
        variables=known.get("variables"),
        usual=known.get("usual", False),
        camera=known.get("camera", False),
        networks=known.get("networks", False),
        about=known["about"],
    )


def in_words(*, networks: bool | None = None) -> str:
    """Say what each view shows, for help texts; `networks` as for `names`."""
    return " ".join(f"{name}: {facts_of(name).about}." for name in names(networks=networks))


__getattr__, __dir__, __all__ = lazy_exports(
    __name__, __file__, "ViewFacts", "catalogue", "facts_of", "in_words", "names"
)
