"""Plots over the steps: series, their axes, and lines that draw themselves."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.plots._plot import PlotPanel as PlotPanel
    from ravine.renderer.plots._series import Series as Series
    from ravine.renderer.plots._series import series_of as series_of


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
