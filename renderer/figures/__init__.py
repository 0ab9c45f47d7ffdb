"""Pictures of networks' losses: records of plain arrays become matplotlib figures, and those become files."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.renderer.figures._background import PlaneBackground as PlaneBackground
    from ravine.renderer.figures._connection import CURVE_KEY as CURVE_KEY
    from ravine.renderer.figures._connection import LINE_KEY as LINE_KEY
    from ravine.renderer.figures._connection import draw_curve as draw_curve
    from ravine.renderer.figures._line import draw_line as draw_line
    from ravine.renderer.figures._plane import PlaneView as PlaneView
    from ravine.renderer.figures._plane import draw_plane as draw_plane
    from ravine.renderer.figures._records import CurvePicture as CurvePicture
    from ravine.renderer.figures._records import Kind as Kind
    from ravine.renderer.figures._records import LineCurve as LineCurve
    from ravine.renderer.figures._records import LinePath as LinePath
    from ravine.renderer.figures._records import LinePicture as LinePicture
    from ravine.renderer.figures._records import LineZoom as LineZoom
    from ravine.renderer.figures._records import PlaneCurve as PlaneCurve
    from ravine.renderer.figures._records import PlanePicture as PlanePicture
    from ravine.renderer.figures._records import PlanePoint as PlanePoint
    from ravine.renderer.figures._records import PlaneTrajectory as PlaneTrajectory
    from ravine.renderer.figures._records import ScaleName as ScaleName
    from ravine.renderer.figures._records import SpectrumPicture as SpectrumPicture
    from ravine.renderer.figures._records import TrainingPicture as TrainingPicture
    from ravine.renderer.figures._records import TrainingRun as TrainingRun
    from ravine.renderer.figures._records import WalkPicture as WalkPicture
    from ravine.renderer.figures._records import WalkRun as WalkRun
    from ravine.renderer.figures._sheet import check_size as check_size
    from ravine.renderer.figures._spectrum import draw_spectrum as draw_spectrum
    from ravine.renderer.figures._trails import fades as fades
    from ravine.renderer.figures._training import draw_training as draw_training
    from ravine.renderer.figures._walk import draw_walk as draw_walk
    from ravine.renderer.figures._write import FIGURE_EXTENSIONS as FIGURE_EXTENSIONS
    from ravine.renderer.figures._write import check_figure_path as check_figure_path
    from ravine.renderer.figures._write import figure_bytes as figure_bytes
    from ravine.renderer.figures._write import write_figure as write_figure


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
