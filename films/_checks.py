"""Checks of a recipe against what is known of its landscape and its rules before anything is computed."""

from collections.abc import Collection, Mapping, Sequence

from ravine.core.recipe import RecipeError
from ravine.films._data import LOSS
from ravine.films._overlays import check_minimum
from ravine.films._recipe import Recipe
from ravine.films._sampling import check_sampling
from ravine.films._series import names_of
from ravine.landscapes import Landscape
from ravine.optimizers import Setting
from ravine.renderer import layers, views

_LAYERS: Mapping[str, str] = {"show_vectors": "vectors", "show_batch": "batches", "slices": "slices"}
"""The layer that each option asks for."""


def check_recipe(recipe: Recipe, landscape: Landscape, settings: Sequence[Setting]) -> None:
    """Refuse options that do not go with the landscape or with each other.

    Args:
        recipe: The film's recipe.
        landscape: The recipe's, as far as it is stated.
        settings: The recipe's optimizers.

    Raises:
        RecipeError: naming the option and the remedy.
        HyperparameterError: an optimizer lacks a hyper-parameter.
    """
    for setting in settings:
        (setting.with_rate(1.0) if setting.needs_rate else setting).check_complete()
    check_sampling(recipe, landscape)
    view_of(recipe, name=landscape.name, variables=landscape.variables)
    if recipe.show_vectors == "minimum":
        check_minimum(landscape)
    if recipe.plot is not None:
        sampled = landscape.examples is not None or recipe.noise > 0.0
        check_plot(recipe.plot, names_of(settings, landscape, sampled=sampled))


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
