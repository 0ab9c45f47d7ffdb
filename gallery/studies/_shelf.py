"""The shelf of studies that are shipped, and studies from files."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ravine._catalogue import check_name
from ravine.gallery._recipe_checks import RecipeError
from ravine.gallery._recipe_file import read_recipe_file

COMMANDS = ("connect", "line", "plane", "spectrum", "train", "walk")
"""The kinds of study: each has a module _NAME with a function NAME."""

_FOLDER = Path(__file__).parent


FILMS = (".gif", ".mp4", ".webm", ".webp")
"""The endings of a study that is a film."""

NUMBERS = (".json", ".csv", ".npz")
"""The endings of files of numbers."""


class Study(NamedTuple):
    """A study as a file holds it.

    Attributes:
        command: What makes it.
        choices: By key.
        film: Whether it is shown as a film rather than as a picture.
    """

    command: str
    choices: dict[str, Any]
    film: bool

    @property
    def ending(self) -> str:
        """Of the file that shows it."""
        return ".gif" if self.film else ".png"


@cache
def names() -> tuple[str, ...]:
    """Every shipped study's name, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load(name: str) -> Study:
    """The shipped study called `name`, or the one in the file at `name`, which then ends in ".toml".

    Raises:
        UnknownNameError: no study has this name.
        RecipeError: the file cannot be read, or holds no study.
    """
    if not name.endswith(".toml"):
        _check_name(name)
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    values = read_recipe_file(path)
    command, film = values.pop("command", None), values.pop("film", False)
    if command not in COMMANDS:
        given = "names none" if command is None else f"names {command!r}"
        raise RecipeError(
            f"A study's recipe names its command, {', '.join(COMMANDS)}; {str(path)!r} {given}. "
            "Films of landscapes are made by 'ravine animate'."
        )
    if not isinstance(film, bool) or (film and command != "plane"):
        raise RecipeError(
            f"film is true or false, and true with the command plane alone; {str(path)!r} has {film!r} with "
            f"{command}."
        )
    return Study(command=command, choices=values, film=film)


def _check_name(name: str) -> None:
    """Accept the name of a study; those of films are known too, so that they are told apart."""
    films = {path.stem for path in _FOLDER.parent.glob("*.toml")}
    check_name(name, sorted({*names(), *films}), kind="recipe")
    if name in films:
        raise RecipeError(f"The recipe {name!r} is one of 'ravine animate'.")


def preview(choices: Any, *, film: bool) -> Any:
    """The choices for a picture, or a small film, on a page of many."""
    return choices.replace(size=(608, 342), fps=10.0) if film else choices.replace(size=(960, 540))
