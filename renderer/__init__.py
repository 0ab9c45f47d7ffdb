"""From a scene to frames: the background drawn once, the moving layer on it, and the writers of files."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer import canvas as canvas
    from ravine.renderer import figures as figures
    from ravine.renderer import layers as layers
    from ravine.renderer import panels as panels
    from ravine.renderer import plots as plots
    from ravine.renderer import style as style
    from ravine.renderer import views as views
    from ravine.renderer import writers as writers
    from ravine.renderer._film import SceneFrames as SceneFrames
    from ravine.renderer._frames import Frame as Frame
    from ravine.renderer._frames import Frames as Frames
    from ravine.renderer._frames import Pixels as Pixels
    from ravine.renderer._frames import Timing as Timing
    from ravine.renderer._scene import PLANE_LOSS as PLANE_LOSS
    from ravine.renderer._scene import Background as Background
    from ravine.renderer._scene import Batches as Batches
    from ravine.renderer._scene import GridLosses as GridLosses
    from ravine.renderer._scene import Plot as Plot
    from ravine.renderer._scene import Run as Run
    from ravine.renderer._scene import Scene as Scene
    from ravine.renderer._scene import Slice as Slice
    from ravine.renderer._scene import Vector as Vector
    from ravine.renderer.style import ThemeName as ThemeName
    from ravine.renderer.style import arrow_colour as arrow_colour
    from ravine.renderer.style import colours as colours


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
