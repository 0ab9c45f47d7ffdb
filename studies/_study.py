"""The kinds of study and who watches one, and a study as a file holds it."""

import importlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from ravine.renderer.figures import FIGURE_EXTENSIONS
from ravine.renderer.writers import FILM_EXTENSIONS

if TYPE_CHECKING:
    from ravine.studies._options import Options


OnDone: TypeAlias = Callable[[int], None]
Stage: TypeAlias = Callable[[str, int], AbstractContextManager[OnDone]]
"""Opens with a title and a total, and yields the function that reports how much is done so far."""


def unwatched(title: str, total: int) -> AbstractContextManager[OnDone]:
    """Report to nobody."""
    del title, total
    return nullcontext(lambda done: None)  # noqa: ARG005


Chosen = TypeVar("Chosen", bound="Options")

COMMANDS = ("connect", "line", "plane", "spectrum", "train", "walk")
"""The kinds of study: each has a module _NAME with a function NAME."""


FILMS = FILM_EXTENSIONS
"""The endings of a study that is a film."""


PICTURES = FIGURE_EXTENSIONS
"""The endings of a study that is a picture."""


NUMBERS = (".json", ".csv", ".npz")
"""The endings of files of numbers."""


class Study(NamedTuple):
    """A study as a file holds it.

    Attributes:
        command: The name of the command.
        choices: By key, as they are written.
        film: True if it is shown as a film rather than as a picture.
    """

    command: str
    choices: Mapping[str, object]
    film: bool

    @property
    def ending(self) -> str:
        """Of the file that shows it."""
        return ".gif" if self.film else ".png"


def preview(choices: "Chosen", *, film: bool) -> "Chosen":
    """The choices for a picture, or a small film, on a page of many.

    Args:
        choices: Of the study.
        film: True if it is shown as a film.
    """
    return choices.replace(size=(608, 342), fps=10.0) if film else choices.replace(size=(960, 540))


def options_of(command: str) -> "type[Options]":
    """The options of a command; of all but planes they stand in one module."""
    module = "_plane_options" if command == "plane" else "_options"
    return getattr(importlib.import_module(f"ravine.studies.{module}"), f"{command.capitalize()}Options")
