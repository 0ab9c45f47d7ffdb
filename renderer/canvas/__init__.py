"""The drawing tools: a canvas in pixels, a camera, arrows and lines."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.canvas._camera import HEIGHT as HEIGHT
    from ravine.renderer.canvas._camera import Camera as Camera
    from ravine.renderer.canvas._camera import fitted as fitted
    from ravine.renderer.canvas._canvas import Anchor as Anchor
    from ravine.renderer.canvas._canvas import Canvas as Canvas
    from ravine.renderer.canvas._canvas import Pen as Pen
    from ravine.renderer.canvas._canvas import Points as Points
    from ravine.renderer.canvas._canvas import around as around
    from ravine.renderer.canvas._canvas import clip_box as clip_box
    from ravine.renderer.canvas._canvas import fit_text as fit_text
    from ravine.renderer.canvas._canvas import in_two_lines as in_two_lines
    from ravine.renderer.canvas._canvas import is_math as is_math
    from ravine.renderer.canvas._canvas import rgb as rgb
    from ravine.renderer.canvas._canvas import text_size as text_size
    from ravine.renderer.canvas._canvas import touch as touch
    from ravine.renderer.canvas._canvas import union as union
    from ravine.renderer.canvas._lines import Isolines as Isolines
    from ravine.renderer.canvas._lines import dashed as dashed
    from ravine.renderer.canvas._lines import edges as edges
    from ravine.renderer.canvas._lines import middles as middles
    from ravine.renderer.canvas._shapes import Angle as Angle
    from ravine.renderer.canvas._shapes import Arrow as Arrow
    from ravine.renderer.canvas._shapes import Place as Place
    from ravine.renderer.canvas._shapes import angle_between as angle_between
    from ravine.renderer.canvas._shapes import largest_radius as largest_radius
    from ravine.renderer.canvas._shapes import ring_radii as ring_radii
    from ravine.renderer.canvas._shapes import ring_share as ring_share
    from ravine.renderer.canvas._shapes import side_by_side as side_by_side
    from ravine.renderer.canvas._shapes import spaced as spaced
    from ravine.renderer.canvas._ticks import TEXT as TEXT
    from ravine.renderer.canvas._ticks import apart as apart
    from ravine.renderer.canvas._ticks import decade_ticks as decade_ticks
    from ravine.renderer.canvas._ticks import label as label
    from ravine.renderer.canvas._ticks import labels as labels
    from ravine.renderer.canvas._ticks import linear_ticks as linear_ticks
    from ravine.renderer.canvas._ticks import norm_ticks as norm_ticks
    from ravine.renderer.canvas._ticks import paint_ticks_below as paint_ticks_below
    from ravine.renderer.canvas._ticks import paint_ticks_left as paint_ticks_left
    from ravine.renderer.canvas._ticks import power_label as power_label


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
