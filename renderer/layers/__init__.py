"""Layers: a module without an underscore is one, and its `LAYER` says on which views it is drawn."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.layers._layer import Context as Context
    from ravine.renderer.layers._layer import Layer as Layer
    from ravine.renderer.layers._layer import LayerKind as LayerKind
    from ravine.renderer.layers._layer import catalogue as catalogue
    from ravine.renderer.layers._layer import geometries_of as geometries_of
    from ravine.renderer.layers._stack import OnView as OnView
    from ravine.renderer.layers.balls import draw_stop as draw_stop
    from ravine.renderer.layers.slices import draw_letter as draw_letter
    from ravine.renderer.layers.slices import letters as letters
    from ravine.renderer.layers.slices import shades as shades
    from ravine.renderer.layers.trails import FADING as FADING
    from ravine.renderer.layers.trails import PALEST as PALEST
    from ravine.renderer.layers.trails import THINNEST as THINNEST


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
