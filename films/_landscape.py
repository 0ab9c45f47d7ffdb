"""From a recipe's landscape, function, window and start to the landscape that a film shows."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from ravine import landscapes
from ravine.core.fingerprint import Identified
from ravine.core.recipe import RecipeError
from ravine.films._recipe import Recipe, Span
from ravine.landscapes import Box, Landscape, losses_at
from ravine.optimizers import Descent, PlaneLossError, check_plane_loss

_DOMAIN: Span = (-5.0, 5.0, -5.0, 5.0)
_LATTICE = 41


def landscape_of(recipe: Recipe) -> Landscape:
    """The landscape of a recipe, under its window and with its start.

    Raises:
        RecipeError: the function is not one of a point, or nowhere finite in the window, or the start leaves
            the axis of a loss of x alone.
        UnknownNameError: the catalogue has no such landscape.
        ExpressionError: the formula is not one.
    """
    bare = _bare(recipe)
    if _is_of_function(recipe):
        bare = _with_far_start(bare)
    elif not isinstance(recipe.landscape, str):
        _check_record(bare)
    return _framed(bare, recipe)


def stated_landscape(recipe: Recipe) -> Landscape:
    """The landscape of a recipe in all that it says of it, without computing a loss.

    A function has the middle of its domain in place of its start.

    Raises:
        RecipeError: the function has no value or no gradient, the domain is not its own, or the start
            leaves the axis of a loss of x alone.
        UnknownNameError: the catalogue has no such landscape.
        ExpressionError: the formula is not one.
    """
    bare = _bare(recipe)
    if _is_of_function(recipe) or not isinstance(recipe.landscape, str):
        _check_loss(bare.loss, bare.title if _is_of_function(recipe) else bare.name, compute=False)
        for name, measure in bare.measures.items():
            _check_loss(measure, name, compute=False)
    return _framed(bare, recipe)


def _framed(landscape: Landscape, recipe: Recipe) -> Landscape:
    """The landscape under the recipe's window and with its start."""
    if recipe.window:
        landscape = replace(landscape, view=_box(recipe.window))
    start = _start(recipe, landscape)
    return replace(landscape, start=start) if start else landscape


def _is_of_function(recipe: Recipe) -> bool:
    return recipe.function is not None or not isinstance(recipe.landscape, str | Landscape)


def lowest_seen(landscape: Landscape) -> float:
    """The minimum, or the lowest loss that a view of the landscape shows."""
    first = float(landscapes.losses_on_grid(landscape.loss, *np.array(landscape.start)[:, None])[0, 0])
    if landscape.lowest is not None and not first < landscape.lowest:
        return landscape.lowest
    losses = _lattice(landscape.loss, landscape.window)
    finite = losses[np.isfinite(losses)]
    low = float(finite.min()) if finite.size else first
    # For a start below all losses of the view, the reference lies below it by the range of the view.
    return low if low < first else first - max(float(np.ptp(finite)) if finite.size else 0.0, 1.0)


def _bare(recipe: Recipe) -> Landscape:
    if recipe.function is not None:
        loss = landscapes.resolve_function(recipe.function)
        own = ":" in recipe.function
        title = recipe.function.partition(":")[2] if own else f"${landscapes.to_latex(recipe.function)}$"
        return _of_function(loss, _box(recipe.domain or _DOMAIN), title=title)
    if recipe.domain is not None and isinstance(recipe.landscape, str):
        raise RecipeError(
            "domain belongs to function; to show another part of a landscape of the catalogue, give window."
        )
    if isinstance(recipe.landscape, str):
        return landscapes.load(recipe.landscape)
    if isinstance(recipe.landscape, Landscape):
        return recipe.landscape
    name = getattr(recipe.landscape, "__name__", "function")
    return _of_function(recipe.landscape, _box(recipe.domain or _DOMAIN), title=name.replace("_", " "))


def _of_function(loss: Callable[..., Any], domain: Box, *, title: str) -> Landscape:
    (x0, x1), (y0, y1) = domain
    middle = ((x0 + x1) / 2.0, (y0 + y1) / 2.0)
    return Landscape(loss=loss, title=title, equation="", domain=domain, start=middle, source="", about="")


def _with_far_start(landscape: Landscape) -> Landscape:
    """A function's landscape with a start of which there is something to see."""
    now, domain = _identified(landscape.loss), landscape.domain
    _check_loss(now, landscape.title)
    losses = _lattice(now, domain)
    if not np.isfinite(losses).any():
        raise RecipeError(f"{landscape.title!r} is nowhere finite in the domain {domain}.")
    return replace(landscape, start=_far_start(now, losses, domain))


def _check_loss(loss: Callable[..., Any], name: str, *, compute: bool = True) -> None:
    try:
        check_plane_loss(loss, name, compute=compute)
    except PlaneLossError as error:
        raise RecipeError(str(error)) from None


def _check_record(landscape: Landscape) -> None:
    """Refuse a record whose functions are not ones of a point."""
    _check_loss(_identified(landscape.loss), landscape.name)
    for name, measure in landscape.measures.items():
        _check_loss(_identified(measure), name)


def _lattice(loss: Callable[..., Any], box: Box) -> np.ndarray:
    return landscapes.losses_on_grid(loss, *(np.linspace(*bounds, _LATTICE) for bounds in box))


def _far_start(loss: Callable[..., Any], losses: np.ndarray, domain: Box) -> tuple[float, float]:
    """The point farthest from the lowest one, away from the edges if it can be: the longest way to go."""
    finite = np.isfinite(losses)
    rows, columns = np.indices(losses.shape)
    row, column = np.unravel_index(np.argmin(np.where(finite, losses, np.inf)), losses.shape)
    fringe = _LATTICE // 8
    inner = (np.minimum(rows, columns) >= fringe) & (np.maximum(rows, columns) < _LATTICE - fringe)
    near = finite & inner if (finite & inner).any() else finite
    # The factor decides between places that are equally far.
    away = np.where(near, np.hypot(rows - row, 1.01 * (columns - column)), -np.inf)
    best = _place(np.argmax(away), domain)
    if not _has_slope(loss, np.array([best])).all():
        places = np.array([_place(index, domain) for index in range(losses.size)])
        slopes = _has_slope(loss, places).reshape(losses.shape)
        best = _place(np.argmax(np.where(slopes, away, -np.inf)), domain)
    return best


def _place(index: Any, domain: Box) -> tuple[float, float]:
    """The point of the lattice with this index, counted along the rows."""
    (x0, x1), (y0, y1) = domain
    row, column = divmod(int(index), _LATTICE)
    x, y = column / (_LATTICE - 1), row / (_LATTICE - 1)
    return x0 + x * (x1 - x0), y0 + y * (y1 - y0)


def _has_slope(
    loss: Callable[..., Any], points: Float[np.ndarray, "points 2"]
) -> Bool[np.ndarray, " points"]:
    """Mask the points where all of the gradient is finite."""
    import jax

    return np.isfinite(landscapes.losses_at(lambda point: abs(jax.grad(loss)(point)).sum(), points))


def _start(recipe: Recipe, landscape: Landscape) -> tuple[float, float] | None:
    """The start that is drawn or given; of a loss of x alone it lies on the axis."""
    if recipe.random_start:
        x, y = _random_start(landscape.window, recipe.seed)
        return (x, 0.0) if landscape.variables == 1 else (x, y)
    if recipe.start is None:
        return None
    x, y = map(float, recipe.start)
    if landscape.variables == 1 and y:
        name = landscape.name
        raise RecipeError(f"{name} is a loss of x alone: start must be x and 0; got {x:g} and {y:g}.")
    return x, y


def _random_start(window: Box, seed: int) -> tuple[float, float]:
    shares = np.random.default_rng(seed).uniform(0.08, 0.92, size=2).tolist()
    x, y = (_short_between(*bounds, share) for share, bounds in zip(shares, window, strict=True))
    return x, y


def _short_between(low: float, high: float, share: float) -> float:
    """A number at `share` of the way, with no more digits than tell it in a picture."""
    digits = 3 - math.floor(math.log10(high - low))
    return round(low + share * (high - low), digits)


def as_it_is_now(landscape: Landscape, recipe: Recipe) -> Landscape:
    """A user's landscape for programs of its own: what its functions close over may have changed since."""
    if recipe.function is None and isinstance(recipe.landscape, str):
        return landscape
    return replace(
        landscape,
        loss=_identified(landscape.loss),
        measures={name: _identified(measure) for name, measure in landscape.measures.items()},
        examples=landscape.examples and replace(landscape.examples),
    )


def _identified(function: Callable[..., Any]) -> Identified:
    import jax

    with jax.enable_x64(True):
        return Identified(function, jax.ShapeDtypeStruct((2,), np.float64))


def _box(span: Span) -> Box:
    x0, x1, y0, y1 = map(float, span)
    return (x0, x1), (y0, y1)


def check_starts(descents: Sequence[Descent], landscape: Landscape, recipe: Recipe) -> None:
    """Refuse runs that begin where the loss or its gradient is not finite.

    Raises:
        RecipeError: naming the loss, the start, what is not finite there and the remedy.
    """
    name = recipe.function or landscape.name
    where = f"the start that seed {recipe.seed} draws," if recipe.random_start else "the start"
    remedy = "give another seed" if recipe.random_start else "give another start"
    for descent in descents:
        loss, slope, start = descent.losses[0], descent.gradients[0], _written(descent.points[0])
        if not np.isfinite(loss):
            raise RecipeError(f"The loss of {name!r} is {loss:g} at {where} {start}; {remedy}.")
        if not np.isfinite(slope).all():
            raise RecipeError(
                f"The gradient of {name!r} is {_written(slope)} at {where} {start}, where its loss is "
                f"{loss:g}; {remedy}."
            )
        for worker, place, loss in _workers_apart(descent, landscape):
            if not np.isfinite(loss):
                raise RecipeError(
                    f"The loss of {name!r} is {loss:g} where {worker} of {descent.label} starts, "
                    f"{_written(place)}; {remedy}, or workers that start nearer to it."
                )


def _workers_apart(descent: Descent, landscape: Landscape) -> Iterator[tuple[str, np.ndarray, float]]:
    """The workers that start elsewhere, where they do, and the loss there."""
    start = descent.points[0]
    kinds = descent.marker_kinds
    places = {
        name: points[0]
        for name, points in descent.markers.items()
        if kinds[name] == "worker" and (points[0] != start).any()
    }
    if places:
        losses = losses_at(landscape.loss, np.array([*places.values()])).tolist()
        yield from zip(places, places.values(), losses, strict=True)


def _written(numbers: Float[np.ndarray, "2"]) -> str:
    return f"({', '.join(f'{number:g}' for number in numbers)})"
