"""A scene: all that is on the picture, and nothing of how it is drawn."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ravine.landscapes import Landscape
from ravine.optimizers import Descent
from ravine.renderer._layout import Panels
from ravine.renderer._theme import ThemeName
from ravine.renderer._timing import Timing

ViewName: TypeAlias = Literal["contour", "surface"]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a film shows.

    Attributes:
        landscape: The ground.
        descents: The runs, each of the same number of steps; none for the landscape alone.
        colours: One a run, as hex strings.
        view: From above, or as a surface in space.
        turn: By how many degrees the camera turns about a surface during the film.
        azimuth: Where the camera stands in degrees; chosen so that the runs are seen unless given.
        elevation: How high the camera stands, in degrees.
        size: Width and height in pixels.
        panels: The standings and the losses beside the view, a legend over it, or the bare view.
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

    @property
    def steps(self) -> int:
        """How many steps each run takes; 0 where there is none."""
        return len(self.descents[0].losses) - 1 if self.descents else 0
