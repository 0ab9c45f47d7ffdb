"""A film as a function: a landscape, optimizers and options in, the film out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ravine.core.recipe import RecipeError, name_of
from ravine.core.signature import lists_options_of
from ravine.films._recipe import COMMON_RULES, Recipe
from ravine.landscapes import Landscape

if TYPE_CHECKING:
    from ravine.films._film import Film
    from ravine.optimizers import Optimizer, Setting


@lists_options_of(Recipe)
def film(
    landscape: str | Landscape | Callable[..., Any] = "beale",
    optimizers: "str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting" = COMMON_RULES,
    **options: Any,
) -> "Film":
    """A film of optimizers descending a landscape.

    Names, options and functions are checked here; what is computed waits until it is asked for.

    Args:
        landscape: A name of the catalogue, a `Landscape`, or any function of a point in jax.numpy.
        optimizers: Texts such as "adam:learning_rate=0.1", settings, optimizers of the catalogue, optax
            transformations, or functions that build one, such as `optax.lion`, whose rate is then tuned.
        options: Fields of the recipe.

    Raises:
        RecipeError: an option is unknown, of the wrong kind or out of its range, or does not go with the
            landscape or the others.
        UnknownNameError: the catalogue has no such landscape or optimizer.
        SpecError: an optimizer's text cannot be read.

    Example:
        >>> made = ravine.film("rosenbrock", ["adam", optax.lion], steps=300)  # doctest: +SKIP
        >>> made.descents[0].points.shape  # doctest: +SKIP
        (301, 2)
        >>> made.save("race.gif")  # doctest: +SKIP
    """
    from ravine.films._film import Film

    function = options.get("function")
    if function is not None and landscape is not Recipe.landscape:
        given = landscape if isinstance(landscape, str) else name_of(landscape)
        raise RecipeError(
            f"landscape and function both say what to descend; got {given!r} and {function!r}: give one of "
            "them."
        )
    return Film(Recipe.of({"landscape": landscape, "optimizers": optimizers, **options}))
