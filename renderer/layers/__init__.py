"""Layers on a view: trails, balls, vectors and the rest of what moves."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.layers._balls import draw_stop as draw_stop
    from ravine.renderer.layers._frame_state import around as around
    from ravine.renderer.layers._layer import Layer as Layer
    from ravine.renderer.layers._layer import Moment as Moment
    from ravine.renderer.layers._rolling import Rolling as Rolling
    from ravine.renderer.layers._slices import draw_letter as draw_letter
    from ravine.renderer.layers._slices import letters as letters
    from ravine.renderer.layers._slices import shades as shades
    from ravine.renderer.layers._stack import OnView as OnView
    from ravine.renderer.layers._trails import FADING as FADING
    from ravine.renderer.layers._trails import PALEST as PALEST
    from ravine.renderer.layers._trails import THINNEST as THINNEST


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
