"""Panels beside a view: header, standings, plots and slices."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.panels._header import Caption as Caption
    from ravine.renderer.panels._header import Header as Header
    from ravine.renderer.panels._legend import Legend as Legend
    from ravine.renderer.panels._plot import chart as chart
    from ravine.renderer.panels._plot import has_panel as has_panel
    from ravine.renderer.panels._plot import panel as panel
    from ravine.renderer.panels._slices import SlicePanel as SlicePanel
    from ravine.renderer.panels._standings import Standings as Standings


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
