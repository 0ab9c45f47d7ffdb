"""The shelf of recipes that are shipped, and recipes from files."""

from functools import cache
from pathlib import Path

from ravine._catalogue import check_name
from ravine.gallery import studies
from ravine.gallery._recipe import Recipe, RecipeError
from ravine.gallery._recipe_file import read_recipe_file

_FOLDER = Path(__file__).parent


@cache
def names() -> tuple[str, ...]:
    """Every shipped recipe's name, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load(name: str) -> Recipe:
    """The shipped recipe called `name`, or the one in the file at `name`, which then ends in ".toml".

    Raises:
        UnknownNameError: no recipe has this name.
        RecipeError: the file cannot be read, or holds no recipe.
    """
    if name.endswith(".toml"):
        return _read(Path(name))
    if name in studies.names():
        raise RecipeError(f"The recipe {name!r} is one of 'ravine {studies.load(name).command}'.")
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
