"""Views of a landscape: a module without an underscore is one, and its `VIEW` says what it shows."""

from typing import TYPE_CHECKING, Any

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


def names(**facts: Any) -> tuple[str, ...]:
    """Name the views, or those whose records say this: flat ones first, then reliefs, graphs and charts.

    Args:
        facts: Fields that a record gives, with their values, such as `variables=2`.
    """
    known = {name: catalogue.facts(name) for name in catalogue.names()}
    found = [name for name, of in known.items() if all(of.get(key) == facts[key] for key in facts)]
    return tuple(sorted(found, key=lambda name: _ORDER.index(known[name]["geometry"])))


def in_words(**facts: Any) -> str:
    """Say what each view shows, for help texts; `facts` as for `names`."""
    return " ".join(f"{name}: {catalogue.facts(name)['about']}." for name in names(**facts))


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__, "catalogue", "in_words", "names")
