"""A film: a recipe's descents, and the picture of them."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ravine.core.atomic import atomic_write
from ravine.films._checks import check_plot, view_of
from ravine.films._data import HELD_OUT, LOSS, FilmData
from ravine.films._recipe import Recipe
from ravine.films._worker import DataSource
from ravine.landscapes import Landscape
from ravine.renderer import Pixels, Plot, Scene, SceneFrames, Timing, views, writers

if TYPE_CHECKING:
    from ravine.films._runs import FilmRuns
    from ravine.optimizers import Descent


_TITLES = {
    "held_out_loss": "loss on held-out examples",
    "batch_loss": "loss on the minibatch",
    "gradient_norm": "norm of the gradient",
    "step": "step taken",
}
"""Over the axes, where the series' name does not do."""

_LINEAR = ("batch_loss", "step")
"""Series shown on a linear axis, for their fluctuation."""


def plot_of(recipe: Recipe, data: FilmData, view: str) -> Plot | None:
    """Choose what is drawn over the steps: what is asked for, or what the landscape measures of its own.

    Args:
        recipe: The film's recipe.
        data: The film's.
        view: Its view.

    Raises:
        RecipeError: no run has such a series.
    """
    name = _usual_plot(recipe, data) if recipe.plot is None else recipe.plot
    if name == LOSS:
        return Plot(name=LOSS, title=LOSS) if views.facts_of(view).geometry == "steps" else None
    check_plot(name, data.series)
    title = _TITLES.get(name, name.replace("_", " "))
    return Plot(name=name, title=title, scale="linear" if name in _LINEAR else "auto")


def _usual_plot(recipe: Recipe, data: FilmData) -> str:
    return data.measure or LOSS if recipe.early_stopping is None else HELD_OUT


Progress = Callable[[int], None]


class Film:
    """Optimizers descending a landscape.

    What a film needs is worked out when it is first asked for, and once.

    Attributes:
        recipe: The film's recipe.

    Example:
        >>> film = Film(Recipe(landscape="beale", optimizers=("adam:learning_rate=0.1",), steps=50))
        >>> film.descents[0].points.shape
        (51, 2)
        >>> film.save("beale.gif")  # doctest: +SKIP
    """

    def __init__(self, recipe: Recipe, *, source: DataSource | None = None) -> None:
        """Make a film of `recipe`, whose numbers are computed here unless they come from elsewhere.

        Args:
            recipe: The film's recipe.
            source: The source that computes the numbers in place of this process, and checks them.

        Raises:
            ValueError: a name, an option or a function is wrong, or they do not go together.
        """
        self.recipe = recipe
        self._source = source
        self._timing = Timing(
            seconds=recipe.seconds,
            fps=recipe.fps,
            hold=recipe.hold,
            loops=recipe.loops,
            steps_per_frame=recipe.steps_per_frame,
        )
        if source is None:
            self.computation.check()

    @cached_property
    def computation(self) -> "FilmRuns":
        """The recipe worked out in this process: its landscape, settings and descents."""
        from ravine.films._runs import FilmRuns

        return FilmRuns(self.recipe)

    @property
    def landscape(self) -> Landscape:
        """The landscape, under the recipe's window and with its start."""
        return self.computation.landscape

    @property
    def descents(self) -> tuple["Descent", ...]:
        """The runs, each under the setting that it ran with, its rate included."""
        return self.computation.descents

    @cached_property
    def data(self) -> FilmData:
        """The background and the runs, as the picture shows them."""
        if self._source is None:
            return self.computation.data()
        return FilmData.from_arrays(self._source.arrays(), self._source.losses)

    @property
    def reproducing(self) -> tuple[str, ...]:
        """The optimizers as texts that reproduce the tuned rates, where they have a text."""
        return tuple(text for text in self.data.texts if text)

    @cached_property
    def frames(self) -> SceneFrames:
        """The frames, drawn as they are read."""
        return SceneFrames(self._scene)

    def save(self, path: str | Path, *, on_frame: Progress | None = None) -> writers.Written:
        """Write the film; the ending of `path` says how.

        Args:
            path: A file with the ending of a film, such as .gif or .mp4, or of a picture, such as .png, for
                the last frame, as 'ravine animate --help' lists them; or a folder for a PNG a frame.
            on_frame: Called with the number of each frame that is written.

        Returns:
            How many frames the file holds, and why where they are not the film's number.

        Raises:
            OutputError: the folder is missing or not writable, or the ending is unknown.
        """
        writers.check_path(path, self.recipe.size)
        return writers.write(self.frames, path, on_frame=on_frame)

    def still(self, frame: int = -1) -> Pixels:
        """One frame, `UInt8[ndarray, "height width 4"]`; negative numbers count from the end.

        Raises:
            IndexError: the film has no such frame.
        """
        count = len(self.frames)
        if not -count <= frame < count:
            raise IndexError(f"The film has frames 0 to {count - 1}; got {frame}.")
        return self.frames.still(frame)

    def landscape_alone(self) -> Pixels:
        """A picture of the landscape without any run."""
        return SceneFrames(replace(self._scene, runs=())).still(0)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"image/gif": writers.to_bytes(self.frames, ".gif"), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Film {self.recipe.described()}>"

    @property
    def _found(self) -> Recipe:
        """The recipe with the rates that were found, where all its optimizers have a text.

        A control has none, as its label has a comma; it comes again by itself.
        """
        texts = self.reproducing
        whole = len(texts) == len(self.recipe.optimizers)
        return self.recipe.replace(optimizers=texts) if whole else self.recipe

    @property
    def _scene(self) -> Scene:
        recipe, data = self.recipe, self.data
        view = view_of(recipe, name=data.name, variables=data.variables)
        return Scene(
            background=data.background,
            runs=data.runs,
            view=view,
            turn=recipe.turn or 0.0,
            azimuth=recipe.azimuth,
            elevation=38.0 if recipe.elevation is None else recipe.elevation,
            size=recipe.size,
            theme=recipe.theme,
            panels=recipe.panels,
            timing=self._timing,
            title=recipe.title,
            subtitle=data.sampling or _describe_starts(data),
            clock=recipe.clock.removesuffix("s"),
            plot=plot_of(recipe, data, view),
            comment=f"ravine {self._found.described()}",
        )


def _describe_starts(data: FilmData) -> str:
    """Say in place of where all runs start that workers start elsewhere."""
    workers = [
        (run, points)
        for run in data.runs
        for name, points in run.markers.items()
        if run.kinds.get(name) == "worker"
    ]
    together = all((points[0] == run.points[0]).all() for run, points in workers)
    return "" if together else "workers start apart"


def save_if_changed(film: Film, path: Path, *, on_frame: Progress | None = None) -> bool:
    """Write the film unless the file holds these very bytes; whether it was written.

    Args:
        film: The film to write.
        path: The file, whose ending says how.
        on_frame: Called with the number of each frame that is written.
    """
    content = writers.to_bytes(film.frames, path.suffix.lower(), on_frame=on_frame)
    if path.is_file() and path.read_bytes() == content:
        return False
    with atomic_write(path) as file:
        file.write(content)
    return True
