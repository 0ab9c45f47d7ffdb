"""The recipes that are shipped, of films and of studies, and those in files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ravine.core.catalogue import check_name
from ravine.core.recipe import RecipeError, read_recipe_file
from ravine.films import Recipe
from ravine.studies import COMMANDS, Study

_FOLDER = Path(__file__).parent
_SMALL: dict[str, Any] = {"size": (608, 342), "fps": 10.0}


@cache
def names() -> tuple[str, ...]:
    """Every shipped film's name, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def study_names() -> tuple[str, ...]:
    """Every shipped study's name, sorted."""
    return tuple(sorted(path.stem for path in (_FOLDER / "studies").glob("*.toml")))


def load(name: str) -> Recipe:
    """The shipped recipe called `name`, or the one in the file at `name`, which then ends in ".toml".

    Raises:
        UnknownNameError: no recipe has this name.
        RecipeError: the file cannot be read, or holds no recipe.

    Example:
        >>> load("radford-beale").landscape
        'beale'
        >>> load("radford-beale").replace(steps=50, size="640x360").size
        (640, 360)
    """
    if name.endswith(".toml"):
        return _read(Path(name))
    if name in study_names():
        raise RecipeError(f"The recipe {name!r} is one of 'ravine {load_study(name).command}'.")
    check_name(name, names(), kind="recipe")
    return _read(_FOLDER / f"{name}.toml")


def _read(path: Path) -> Recipe:
    values = read_recipe_file(path)
    if "command" in values:
        raise RecipeError(f"The recipe {str(path)!r} is one of 'ravine {values['command']}'.")
    try:
        return Recipe.of(values)
    except RecipeError as error:
        raise RecipeError(f"In the recipe {str(path)!r}: {error}") from None


def load_study(name: str) -> Study:
    """The shipped study called `name`, or the one in the file at `name`, which then ends in ".toml".

    Raises:
        UnknownNameError: no study has this name.
        RecipeError: the file cannot be read, or holds no study.
    """
    if not name.endswith(".toml"):
        _check_study_name(name)
    path = Path(name) if name.endswith(".toml") else _FOLDER / "studies" / f"{name}.toml"
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


def _check_study_name(name: str) -> None:
    """Accept the name of a study; those of films are known too, so that they are told apart."""
    check_name(name, sorted({*study_names(), *names()}), kind="recipe")
    if name in names():
        raise RecipeError(f"The recipe {name!r} is one of 'ravine animate'.")


@dataclass(frozen=True)
class RecipeFiles:
    """Recipes that are shipped, as a catalogue.

    Attributes:
        names: Lists them.
        load: Reads one.
        facts: Says what one makes: command, title and about.
    """

    names: Callable[[], tuple[str, ...]]
    load: Callable[[str], Any]
    facts: Callable[[str], dict[str, Any]]


def _facts_of_film(name: str) -> dict[str, Any]:
    recipe = load(name)
    return {"command": "animate", "title": recipe.title, "about": recipe.about}


def _facts_of_study(name: str) -> dict[str, Any]:
    study = load_study(name)
    return {"command": study.command, **{key: study.choices.get(key, "") for key in ("title", "about")}}


film_recipes = RecipeFiles(names, load, _facts_of_film)
study_recipes = RecipeFiles(study_names, load_study, _facts_of_study)


def preview(recipe: Recipe) -> Recipe:
    """The recipe at a small size and few frames a second, unless it says how large and at what pace."""
    usual = Recipe()
    paced = recipe.steps_per_frame is not None
    chosen = {
        key: value
        for key, value in _SMALL.items()
        if getattr(recipe, key) == getattr(usual, key) and not (key == "fps" and paced)
    }
    return recipe.replace(**chosen)
