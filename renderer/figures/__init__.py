"""Pictures of networks' losses: records of plain arrays become matplotlib figures, and those become files."""

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
from ravine.renderer.figures._write import FIGURE_EXTENSIONS as FIGURE_EXTENSIONS
from ravine.renderer.figures._write import check_figure_path as check_figure_path
from ravine.renderer.figures._write import figure_bytes as figure_bytes
from ravine.renderer.figures._write import write_figure as write_figure
