"""What a study of a plane has to choose."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from ravine.gallery._recipe_checks import RecipeError
from ravine.gallery.studies._choices import Choices


@dataclass(frozen=True, kw_only=True)
class PlaneChoices(Choices):
    """What `ravine plane` has to choose besides what every study has.

    Attributes:
        directions: Random and filter-normalised (Li), the principal components of the training paths, the
            first eigenvectors of the Hessian at the solution, or the plane of three points: of SWA's three
            iterates, of three solutions, or of two solutions and the bend of a curve between them. Of given
            points, `points` is the plane of three. Unless given, the principal components; random ones for
            one given point, and through three given points.
        span: The part of the plane that is shown, X0 X1 Y0 Y1 in units of the directions; chosen to show what
            is there unless given.
        resolution: Points a side.
        view: From above, or a surface.
        scale: Of the losses.
        convexity: Show |smallest / largest eigenvalue of the Hessian| in place of the loss.
        paths: Draw the training paths.
        seconds: How long a film of the paths moves.
        fps: Frames a second.
        hold: For how many seconds its last frame stands.
    """

    usual_batch_norm: ClassVar[Literal["inference", "recomputed"]] = "inference"

    directions: Literal["random", "pca", "hessian", "swa", "solutions", "bend", "points"] | None = None
    span: tuple[float, float, float, float] | None = None
    resolution: int = 51
    view: Literal["contour", "surface"] = "contour"
    scale: Literal["auto", "linear", "log"] = "auto"
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
