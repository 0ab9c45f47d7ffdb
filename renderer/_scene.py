"""A scene: all that is on the picture, and nothing of how it is drawn."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ravine.landscapes import Landscape
from ravine.optimizers import Descent
from ravine.renderer._layout import Panels
from ravine.renderer._theme import ThemeName
from ravine.renderer._timing import Timing

ViewName: TypeAlias = Literal["contour", "surface"]

LARGEST = 8192
SMALLEST = 64


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a film shows.

    Attributes:
        landscape: The ground.
        descents: The runs, each of the same number of steps.
        colours: One a run, as hex strings.
        view: From above, or as a surface in space.
        turn: By how many degrees the camera turns about a surface during the film.
        azimuth: Where the camera stands in degrees; chosen so that the runs are seen unless given.
        elevation: How high the camera stands, in degrees.
        size: Width and height in pixels.
        panels: The standings and the losses beside the view, or the bare view.
        comment: What made the film, for the file's comment.
    """

    landscape: Landscape
    descents: tuple[Descent, ...]
    colours: tuple[str, ...]
    view: ViewName = "contour"
    turn: float = 0.0
    azimuth: float | None = None
    elevation: float = 38.0
    size: tuple[int, int] = (1280, 720)
    theme: ThemeName = "light"
    panels: Panels = "all"
    timing: Timing = field(default_factory=Timing)
    title: str = ""
    comment: str = ""

    def __post_init__(self) -> None:
        if not self.descents:
            raise ValueError("A film shows at least one optimizer; got none.")
        check_size(self.size)

    @property
    def steps(self) -> int:
        """How many steps each run takes."""
        return len(self.descents[0].losses) - 1

    @property
    def start(self) -> tuple[float, float]:
        """Where all runs start."""
        x, y = self.descents[0].points[0]
        return float(x), float(y)


def check_size(size: tuple[int, int]) -> None:
    """Accept a size that a picture can have.

    Raises:
        ValueError: a side is too small to be read or too large to be drawn.
    """
    if not all(SMALLEST <= side <= LARGEST for side in size):
        raise ValueError(
            f"A picture's sides must be between {SMALLEST} and {LARGEST} pixels; got {size[0]}x{size[1]}."
        )
