"""Studies of one network under one optimizer."""

from ravine.gallery._recipe_checks import RecipeError
from ravine.gallery.studies._choices import Choices


def check_single(choices: Choices) -> None:
    """Refuse what a study of a single training would leave unseen.

    Raises:
        RecipeError: there are several networks or optimizers.
    """
    for name in ("networks", "optimizers"):
        count = len(getattr(choices, name))
        if count > 1:
            raise RecipeError(f"This study is of one network under one optimizer; got {count} {name}.")
