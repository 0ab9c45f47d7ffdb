"""The picture that a recipe asks for, checked against what it can show; what draws it does not load JAX."""

from collections.abc import Collection, Mapping

from ravine.core.recipe import RecipeError
from ravine.films._data import LOSS
from ravine.films._recipe import Recipe
from ravine.renderer import layers, views

_LAYERS: Mapping[str, str] = {"show_vectors": "vectors", "show_batch": "batches", "slices": "slices"}
"""The layer that each option asks for."""


def check_plot(name: str, series: Collection[str]) -> None:
    """Refuse a series that no run has.

    Args:
        name: The quantity to draw over the steps.
        series: The names of all quantities beside the loss.

    Raises:
        RecipeError: naming them.
    """
    if name != LOSS and name not in series:
        raise RecipeError(f"plot is loss, {', '.join(series)}; got {name!r}.")


def view_of(recipe: Recipe, *, name: str, variables: int) -> str:
    """Choose the view that is asked for, or the one that suits the landscape.

    Args:
        recipe: The film's recipe.
        name: The landscape's.
        variables: The number of variables of its loss.

    Raises:
        RecipeError: the landscape has not the number of variables that the view shows, or the view does not
            show all that is asked for.
    """
    alone = variables == 1
    (usual,) = views.names(variables=variables, usual=True)
    view = recipe.view or usual
    facts = views.facts_of(view)
    if facts.variables == 1 and not alone:
        raise RecipeError(f"The view {view} is for a loss of x alone; {name} has two variables: see --slice.")
    if facts.variables == 2 and alone:
        raise RecipeError(f"{name} is a loss of x alone: its view is {usual}; got {view}.")
    for option, layer in _LAYERS.items():
        if not getattr(recipe, option):
            continue
        on = layers.geometries_of(layer)
        if facts.geometry in on:
            continue
        if alone:
            raise RecipeError(f"There is no room for {option} on {name}, which is a loss of x alone.")
        roomy = [other for geometry in on for other in views.names(geometry=geometry)]
        raise RecipeError(f"The view {view} has no room for {option}; {' or '.join(roomy)} has.")
    return view
