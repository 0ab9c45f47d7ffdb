"""The style of a picture: themes, colours, levels of a loss, ticks and the layout."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.style._layout import Layout as Layout
    from ravine.renderer.style._layout import Panels as Panels
    from ravine.renderer.style._levels import LossNorm as LossNorm
    from ravine.renderer.style._levels import ScaleName as ScaleName
    from ravine.renderer.style._levels import is_wide as is_wide
    from ravine.renderer.style._theme import COMMON as COMMON
    from ravine.renderer.style._theme import THEMES as THEMES
    from ravine.renderer.style._theme import Theme as Theme
    from ravine.renderer.style._theme import ThemeName as ThemeName
    from ravine.renderer.style._theme import arrow_colour as arrow_colour
    from ravine.renderer.style._theme import colours as colours
    from ravine.renderer.style._theme import mixed as mixed


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
