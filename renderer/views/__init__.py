"""Views of a landscape: contour, surface and curve."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.views._contour import BANDS as BANDS
    from ravine.renderer.views._contour import ContourView as ContourView
    from ravine.renderer.views._contour import band_colours as band_colours
    from ravine.renderer.views._contour import map_colours as map_colours
    from ravine.renderer.views._contour import y_ticks as y_ticks
    from ravine.renderer.views._curve import RINGS as RINGS
    from ravine.renderer.views._curve import CurveView as CurveView
    from ravine.renderer.views._profile import Profile as Profile
    from ravine.renderer.views._surface import SurfaceView as SurfaceView
    from ravine.renderer.views._view import Placed as Placed
    from ravine.renderer.views._view import View as View


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
