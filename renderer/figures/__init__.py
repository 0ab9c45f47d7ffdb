"""Pictures of networks' losses: arrays become matplotlib figures, and those become files."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.figures._background import losses_between as losses_between
    from ravine.renderer.figures._background import plane_background as plane_background
    from ravine.renderer.figures._connection import draw_connection as draw_connection
    from ravine.renderer.figures._files import FIGURE_EXTENSIONS as FIGURE_EXTENSIONS
    from ravine.renderer.figures._files import check_figure_path as check_figure_path
    from ravine.renderer.figures._files import figure_bytes as figure_bytes
    from ravine.renderer.figures._files import write_figure as write_figure
    from ravine.renderer.figures._line import draw_line as draw_line
    from ravine.renderer.figures._plane import draw_plane as draw_plane
    from ravine.renderer.figures._records import Eigenvalues as Eigenvalues
    from ravine.renderer.figures._records import LineCurve as LineCurve
    from ravine.renderer.figures._records import LinePath as LinePath
    from ravine.renderer.figures._records import LineZoom as LineZoom
    from ravine.renderer.figures._records import PlaneCurve as PlaneCurve
    from ravine.renderer.figures._records import TrainingRun as TrainingRun
    from ravine.renderer.figures._records import WalkRun as WalkRun
    from ravine.renderer.figures._sheet import check_size as check_size
    from ravine.renderer.figures._spectrum import draw_spectrum as draw_spectrum
    from ravine.renderer.figures._trails import nearness as nearness
    from ravine.renderer.figures._training import draw_training as draw_training
    from ravine.renderer.figures._walk import draw_walk as draw_walk


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
