"""Panels: a module without an underscore is one, and its `PANEL` says where it stands."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.panels._panel import PanelKind as PanelKind
    from ravine.renderer.panels._panel import catalogue as catalogue
    from ravine.renderer.panels._panel import covered as covered
    from ravine.renderer.panels._panel import is_wanted as is_wanted
    from ravine.renderer.panels._panel import panels_of as panels_of


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
