"""The kinds of study, what each has to choose, and a study as a file holds it."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ravine.renderer.figures import FIGURE_EXTENSIONS
from ravine.renderer.writers import FILM_EXTENSIONS

if TYPE_CHECKING:
    from ravine.studies._options import Options

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
