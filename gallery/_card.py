"""A card of facts on a landscape, an optimizer or a recipe, and a still of it."""

import difflib
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ravine import landscapes, optimizers
from ravine._catalogue import check_name
from ravine.gallery import _shelf
from ravine.gallery._recipe import Recipe
from ravine.landscapes import Landscape
from ravine.optimizers import Optimizer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ravine.gallery._numbers import Numbers
    from ravine.renderer import Pixels

    NumbersFor = Callable[[Recipe], AbstractContextManager[Numbers | None]]

_WIDTH = 96


def card(name: str) -> str:
    """The facts as text.

    Raises:
        UnknownNameError: nothing is called so.
    """
    if name in optimizers.names():
        return _optimizer_card(optimizers.load(name))
    if name in _shelf.names():
        recipe = _shelf.load(name)
        return _text([("recipe", name), ("title", recipe.title), ("about", recipe.about)])
    if name in landscapes.names():
        return _landscape_card(landscapes.load(name))
    shelves = {"landscape": landscapes.names(), "optimizer": optimizers.names(), "recipe": _shelf.names()}
    kind = max(shelves, key=lambda kind: _likeness(name, shelves[kind]))
    check_name(name, shelves[kind], kind=kind)
    raise AssertionError("An unknown name was accepted.")


def _likeness(name: str, known: tuple[str, ...]) -> float:
    return max(difflib.SequenceMatcher(None, name, other).ratio() for other in known)


def still_of(name: str, look: Mapping[str, Any], *, numbers_for: "NumbersFor") -> tuple["Pixels", str]:
    """A picture and its comment; `look` holds keys of a recipe such as size and theme.

    Of a landscape it shows the ground alone, of an optimizer the end of its way down Beale's function, and
    of a recipe the last frame of its film.
    """
    from ravine.gallery._film import Film

    if name in optimizers.names():
        recipe = Recipe(optimizers=(name,), **look)
    else:
        recipe = (
            _shelf.load(name).replace(**look) if name in _shelf.names() else Recipe(landscape=name, **look)
        )
    with numbers_for(recipe) as numbers:
        film = Film(recipe, numbers=numbers)
        alone = name in landscapes.names()
        return (film.landscape_alone() if alone else film.still()), film.frames.comment


def _landscape_card(landscape: Landscape) -> str:
    (x0, x1), (y0, y1) = landscape.domain
    minima = [f"({x:.6g}, {y:.6g})" for x, y in landscape.minima]
    more = f" and {len(minima) - 4} more" if len(minima) > 4 else ""
    return _text(
        [
            ("landscape", f"{landscape.name}: {landscape.title}"),
            ("equation", landscape.equation),
            ("domain", f"[{x0:g}, {x1:g}] x [{y0:g}, {y1:g}]"),
            ("start", "({:g}, {:g})".format(*landscape.start)),
            ("minima", ", ".join(minima[:4]) + more if minima else "none: the loss falls without end"),
            ("lowest", "" if landscape.lowest is None else f"{landscape.lowest:.10g}"),
            ("source", landscape.source),
            ("about", landscape.about),
        ]
    )


def _optimizer_card(optimizer: Optimizer) -> str:
    defaults = [
        key
        if value is inspect.Parameter.empty
        else f"{key}={str(value).lower() if isinstance(value, bool) else value}"
        for key, value in optimizer.defaults.items()
    ]
    year = "" if optimizer.year is None else f", {optimizer.year}"
    return _text(
        [
            ("optimizer", f"{optimizer.name}: {optimizer.title} ({optimizer.family})"),
            *[
                ("equation" if not k else "", line.strip())
                for k, line in enumerate(optimizer.equation.split(r"\\"))
            ],
            ("defaults", ", ".join(defaults)),
            ("paper", f"{optimizer.paper}{year}"),
            ("", optimizer.address),
            ("about", optimizer.about),
            ("libraries", optimizer.libraries),
        ]
    )


def _text(facts: list[tuple[str, str]]) -> str:
    indent = " " * 12
    lines = [
        textwrap.fill(
            value,
            _WIDTH,
            initial_indent=f"{key:<12}",
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for key, value in facts
        if value
    ]
    return "\n".join(lines)
