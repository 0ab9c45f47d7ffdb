"""What a study of a plane has to choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from ravine.core.recipe import RecipeError
from ravine.studies._options import Options

Directions: TypeAlias = Literal["random", "pca", "residual", "hessian", "swa", "solutions", "bend", "points"]

_OF_POINTS: Mapping[int, Directions] = {1: "random", 3: "points"}
"""What suits a number of given points, where it is not the principal components."""

_WITHOUT_PATHS = ("solutions", "bend")
_THROUGH_SEVERAL = ("swa", "solutions", "bend", "points", "residual")


@dataclass(frozen=True, kw_only=True)
class PlaneOptions(Options):
    """What `ravine plane` has to choose besides what every study has.

    Attributes:
        directions: Random and filter-normalised (Li), the principal components of the training paths, the
            way from start to solution and the one to the iterate that is farthest from it (Goodfellow), the
            first eigenvectors of the Hessian at the solution, or the plane of three points: of SWA's three
            iterates, of three solutions, or of two solutions and the bend of a curve between them. Of given
            points, `points` is the plane of three. Unless given, the principal components; random ones for
            one given point, and through three given points.
        span: The part of the plane that is shown, X0 X1 Y0 Y1 in units of the directions; chosen to show what
            is there unless given.
        resolution: Points a side.
        view: From above, or a surface.
        scale: Of the losses.
        heights: The losses that are shown lowest and highest, for pictures that are to be compared; what lies
            beyond is cut off there. Those of the plane unless given.
        convexity: Shade |smallest / largest eigenvalue of the Hessian| in place of the loss, under the lines
            of the loss; on the view from above.
        paths: Draw the training paths.
        seconds: How long a film of the paths moves.
        fps: Frames a second.
        hold: For how many seconds its last frame stands.
    """

    default_batch_norm: ClassVar[Literal["inference", "recomputed"]] = "inference"

    directions: Directions | None = None
    span: tuple[float, float, float, float] | None = None
    resolution: int = 51
    view: Literal["contour", "surface"] = "contour"
    scale: Literal["auto", "linear", "log"] = "auto"
    heights: tuple[float, float] | None = None
    convexity: bool = False
    paths: bool = True
    seconds: float = 8.0
    fps: float = 25.0
    hold: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= self.resolution <= 1000:
            raise RecipeError(f"resolution is 2 to 1000 points a side; got {self.resolution}.")
        if self.span and not (self.span[0] < self.span[1] and self.span[2] < self.span[3]):
            raise RecipeError(f"A span goes from X0 up to X1 and from Y0 up to Y1; got {self.span}.")
        if self.heights and not self.heights[0] < self.heights[1]:
            low, high = self.heights
            raise RecipeError(f"heights go from a loss up to a higher one; got {low:g} {high:g}.")
        if self.convexity and self.view == "surface":
            raise RecipeError(
                "convexity is shaded on the view from above; got it with the view surface: take contour."
            )

    def check_film(self) -> None:
        from ravine.renderer import Timing

        Timing(seconds=self.seconds, fps=self.fps, hold=self.hold)
        if not self.paths or self.kind in _WITHOUT_PATHS or (self.points and self.kind != "pca"):
            raise RecipeError(
                "A film of a plane shows training paths, and on this one there are none; take other "
                "directions, such as pca, or write a .png."
            )

    @property
    def policy(self) -> Literal["inference", "recomputed"]:
        """Batch norm: a plane through several solutions goes by none's stored statistics."""
        usual = "recomputed" if self.kind in _THROUGH_SEVERAL else self.default_batch_norm
        return self.batch_norm or usual

    @property
    def kind(self) -> Directions:
        """The directions that are taken."""
        return self.directions or _OF_POINTS.get(len(self.points), "pca")
