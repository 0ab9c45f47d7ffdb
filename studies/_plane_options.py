"""The options of a plane."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from ravine.core.options import Option, option
from ravine.core.recipe import FPS, HOLD, SECONDS, RecipeError
from ravine.renderer import views
from ravine.studies._options import BATCH_NORM, SCALE, Options

Directions: TypeAlias = Literal["random", "pca", "residual", "hessian", "swa", "solutions", "bend", "points"]

if TYPE_CHECKING:
    ViewName: TypeAlias = str
else:
    ViewName = Literal[views.names(networks=True)]

_OF_POINTS: Mapping[int, Directions] = {1: "random", 3: "points"}
"""The default directions by the number of given points, where they are not the principal components."""

_WITHOUT_PATHS = ("solutions", "bend")
_THROUGH_SEVERAL = ("swa", "solutions", "bend", "points", "residual")


@dataclass(frozen=True, kw_only=True)
class PlaneOptions(Options):
    """The options of `ravine plane` besides those of every study."""

    noun: ClassVar[str] = "plane"
    default_batch_norm: ClassVar[Literal["inference", "recomputed"]] = "inference"

    batch_norm: Literal["inference", "recomputed"] | None = option(
        None,
        replace(BATCH_NORM, usual="inference; recomputed on a plane through several solutions"),
    )
    directions: Directions | None = option(
        None,
        Option(
            "random: filter-normalised random ones (Li). pca: principal components of the training paths. "
            "residual: from start to solution, and to the iterate that is farthest from that line "
            "(Goodfellow). hessian: the first eigenvectors of the Hessian at the solution. swa, solutions, "
            "bend: the plane of three of SWA's iterates, of three solutions, or of two solutions and the "
            "control point of a curve between them. points: the plane of three given points.",
            usual="pca; of one given point random, and of three points",
        ),
    )
    span: tuple[float, float, float, float] | None = option(
        None,
        Option(
            "The part of the plane that is shown, in units of the directions.",
            metavar="X0 X1 Y0 Y1",
            usual="around what is there",
        ),
    )
    resolution: int = option(51, Option("Grid points along each axis.", metavar="N", least=2, most=1000))
    view: ViewName = option("contour", Option(f"How the plane is drawn. {views.in_words(networks=True)}"))
    scale: Literal["auto", "linear", "log"] = option("auto", SCALE)
    heights: tuple[float, float] | None = option(
        None,
        Option(
            "The losses that are shown lowest and highest, for pictures that are to be compared; what lies "
            "beyond is cut off there.",
            metavar="LOW HIGH",
            usual="those of the plane",
        ),
    )
    convexity: bool = option(
        False,
        Option(
            "Shade |smallest / largest eigenvalue of the Hessian| in place of the loss, under the contour "
            "lines of the loss; on the view from above."
        ),
    )
    paths: bool = option(True, Option("Draw the training paths."))
    seconds: float = option(8.0, SECONDS)
    fps: float = option(25.0, FPS)
    hold: float = option(2.0, HOLD)

    def check(self) -> None:
        super().check()
        if self.span and not (self.span[0] < self.span[1] and self.span[2] < self.span[3]):
            raise RecipeError(f"A span goes from X0 up to X1 and from Y0 up to Y1; got {self.span}.")
        if self.heights and not self.heights[0] < self.heights[1]:
            low, high = self.heights
            raise RecipeError(f"heights go from a loss up to a higher one; got {low:g} {high:g}.")
        if self.convexity and views.facts_of(self.view).geometry != "flat":
            flat = " or ".join(views.names(networks=True, geometry="flat"))
            raise RecipeError(
                f"convexity is shaded on the view from above; got it with the view {self.view}: take {flat}."
            )

    def check_film(self) -> None:
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
