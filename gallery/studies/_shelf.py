"""The shelf of studies that are shipped, and studies from files."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ravine._catalogue import check_name
from ravine.gallery._recipe_checks import RecipeError

_FOLDER = Path(__file__).parent


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
        check_name(name, names(), kind="recipe")
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"The recipe {str(path)!r} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {str(path)!r} is not TOML: {error}.") from None
    command, film = values.pop("command", None), values.pop("film", False) is True
    if not isinstance(command, str):
        raise RecipeError(
            f"The recipe {str(path)!r} names no command such as 'line'; films are made by 'ravine animate'."
        )
    return Study(command=command, choices=values, film=film)


def preview(choices: Any, *, film: bool) -> Any:
    """The choices for a picture, or a small film, on a page of many."""
    return choices.replace(size=(608, 342), fps=10.0) if film else choices.replace(size=(960, 540))
