"""A card of facts on a landscape, an optimizer, a schedule or a recipe, and a still of it."""

import re
import shutil
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ravine import gallery, optimizers
from ravine.core.catalogue import kind_of_name, listing
from ravine.films import Recipe
from ravine.landscapes import Landscape
from ravine.optimizers import Optimizer, Setting, format_value, write_parameter

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ravine.films import Film
    from ravine.landscapes.networks import Network
    from ravine.optimizers import Schedule
    from ravine.renderer import Pixels

    OpenFilm = Callable[[Recipe], AbstractContextManager[Film]]
from collections import Counter

from ravine.landscapes.curvature import CriticalPoint, critical_points

_WIDTH, _INDENT, _NAME = 96, 12, 24
"""Of a card at most, of the keys before its facts, and of a parameter and its default at most; where these
are wider, the meaning stands below them."""


_INTERVAL = re.compile(r"([\[(]\d), (\d[\])])")
"""Such as "[0, 1)", which no line is broken in."""

Fact: TypeAlias = tuple[str, str | tuple[str, int, str]]
"""A key and its text, or a parameter, the width of its column, and the parameter's meaning."""


def card(name: str) -> str:
    """The facts as text.

    Raises:
        UnknownNameError: nothing is called so.
    """
    kind = kind_of_name(name)
    return _CARDS[kind](listing(kind).load(name)) if kind in _CARDS else _recipe_card(kind, name)


def still_of(name: str, look: Mapping[str, Any], *, open_film: "OpenFilm") -> tuple["Pixels", str]:
    """A picture and its comment; `look` holds keys of a recipe such as size and theme.

    Of a landscape it shows a picture without runs, of an optimizer its run on Beale's function, and
    of a recipe the last frame of its film.

    Raises:
        ValueError: `name` is a schedule's.
    """
    kind = kind_of_name(name)
    if kind == "schedule":
        raise ValueError(
            f"The schedule {name!r} has no picture: animate a rule under it, with "
            f"-O 'sgd:learning_rate={name}(...)' and the arguments that 'ravine show {name}' explains."
        )
    if kind in ("network", "study"):
        command = gallery.load_study(name).command if kind == "study" else "line"
        option = f"--recipe {name}" if kind == "study" else name
        raise ValueError(f"{name!r} is shown by another command: 'ravine {command} {option}'.")
    if kind == "optimizer":
        recipe = Recipe.of({"optimizers": name, **look})
    elif kind == "recipe":
        recipe = gallery.load(name).replace(**look)
    else:
        recipe = Recipe.of({"landscape": name, **look})
    with open_film(recipe) as film:
        return (film.landscape_alone() if kind == "landscape" else film.still()), film.frames.comment


def _recipe_card(kind: str, name: str) -> str:
    facts = listing(kind).facts(name)
    of = f"{name}, of 'ravine {facts['command']}'" if kind == "study" else name
    return _text([("recipe", of), *((key, facts[key]) for key in ("title", "about"))])


def _landscape_card(landscape: Landscape) -> str:
    examples = landscape.examples
    kind = " (one variable)" if landscape.variables == 1 else " (finite sum)" if examples else ""
    minima = [_place(landscape, point, "{:.6g}") for point in landscape.minima]
    more = f" and {len(minima) - 4} more" if len(minima) > 4 else ""
    marks = (f"{word} at {_place(landscape, point, '{:g}')}" for point, word in landscape.marks)
    held_out = f", and {len(examples.held_out[1])} held out" if examples and examples.held_out else ""
    return _text(
        [
            ("landscape", f"{landscape.name}: {landscape.title}{kind}"),
            ("equation", landscape.equation),
            (
                "domain",
                " x ".join(f"[{low:g}, {high:g}]" for low, high in landscape.domain[: landscape.variables]),
            ),
            ("start", _place(landscape, landscape.start, "{:g}")),
            ("minima", ", ".join(minima[:4]) + more if minima else "none: the loss falls without end"),
            ("lowest", "" if landscape.lowest is None else f"{landscape.lowest:.10g}"),
            ("marks", ", ".join(marks)),
            *_listed("critical", describe_critical_points(landscape)),
            ("examples", f"{len(examples.targets)}{held_out}" if examples else ""),
            ("measures", ", ".join(landscape.measures)),
            ("source", landscape.source),
            ("about", landscape.about),
        ]
    )


def _place(landscape: Landscape, point: tuple[float, float], form: str) -> str:
    x, y = map(form.format, point)
    return x if landscape.variables == 1 else f"({x}, {y})"


def _optimizer_card(optimizer: Optimizer) -> str:
    complete = Setting(optimizer=optimizer).complete
    parameters = {
        _written(optimizer, {key: complete[key]}) if key in complete else key: meaning
        for key, meaning in optimizer.hyperparameters.items()
    }
    return _text(
        [
            ("optimizer", f"{optimizer.name}: {optimizer.title} ({optimizer.family})"),
            *_lines("equation", optimizer.equation),
            *_explained("parameters", parameters),
            ("needed", ", ".join(key for key in optimizer.defaults if key not in complete)),
            *_what_is_special(optimizer),
            *_paper(optimizer),
            ("about", optimizer.about),
            ("libraries", optimizer.libraries),
        ]
    )


def _written(optimizer: Optimizer, hyperparameters: Mapping[str, Any]) -> str:
    """Hyper-parameters as they are written on the command line."""
    pairs = ({key: value} for key, value in hyperparameters.items())
    settings = (Setting(optimizer=optimizer, hyperparameters=pair) for pair in pairs)
    return ", ".join(optimizers.write_setting(setting).partition(":")[2] for setting in settings)


def _what_is_special(optimizer: Optimizer) -> list[tuple[str, str]]:
    iterate = f"{optimizer.iterate} in its state; a training loop's parameters are where gradients are taken"
    baseline = _written(optimizer, optimizer.baseline)
    series = ", ".join(optimizer.series)
    return [
        ("iterate", iterate if "params" in optimizer.markers.values() else ""),
        ("markers", ", ".join(optimizer.markers)),
        ("series", f"{series}, in what 'ravine trace' writes" if series else ""),
        ("rate", "" if optimizer.tuned else "finds its own; a learning rate that is not given is not tuned"),
        ("cost", "it counts what it evaluates: not one gradient a step" if optimizer.evaluations else ""),
        ("baseline", f"shown beside itself with {baseline} unless --no-control" if baseline else ""),
    ]


def _schedule_card(schedule: "Schedule") -> str:
    arguments = {write_parameter(given): schedule.arguments[given.name] for given in schedule.parameters}
    return _text(
        [
            ("schedule", f"{schedule.name}: {schedule.title}"),
            *_lines("equation", schedule.equation),
            ("written", schedule.signature),
            *_explained("arguments", arguments),
            *_paper(schedule),
            ("about", schedule.about),
            ("libraries", schedule.libraries),
        ]
    )


def _network_card(network: "Network") -> str:
    options = {
        f"{key}={format_value(value)}": network.options[key] for key, value in network.defaults.items()
    }
    return _text(
        [
            ("network", f"{network.name}: {network.title}"),
            *_explained("options", options),
            *_paper(network),
            ("about", network.about),
        ]
    )


_CARDS: Mapping[str, Callable[[Any], str]] = {
    "landscape": _landscape_card,
    "optimizer": _optimizer_card,
    "schedule": _schedule_card,
    "network": _network_card,
}


def _lines(key: str, equation: str) -> list[tuple[str, str]]:
    return _listed(key, [line.strip() for line in equation.split(r"\\")])


def _listed(key: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    """Lines under one key, which stands before the first of them."""
    return [(key if not k else "", line) for k, line in enumerate(lines)]


def _explained(key: str, meanings: Mapping[str, str]) -> list[Fact]:
    """Parameters as they are written, each with its meaning in a column of its own."""
    names = [name for name in meanings if len(name) <= _NAME]
    column = max(map(len, names), default=0) + 2
    return [
        (key if not k else "", (name, column, meaning)) for k, (name, meaning) in enumerate(meanings.items())
    ]


def _paper(entry: "Optimizer | Schedule | Network") -> list[tuple[str, str]]:
    year = "" if entry.year is None else f", {entry.year}"
    return [("paper", f"{entry.paper}{year}" if entry.paper else ""), ("", entry.address)]


def _text(facts: Sequence[Fact]) -> str:
    """The facts that there are, as wide as the terminal, or as 96 characters if that is wider or none."""
    width = min(_WIDTH, max(40, shutil.get_terminal_size((_WIDTH, 0)).columns))
    lines = []
    for key, value in facts:
        if not value:
            continue
        name, column, text = value if isinstance(value, tuple) else ("", 0, value)
        first = f"{key:<{_INDENT}}"
        if len(name) >= column > 0:
            lines += [f"{first}{name}"]
            first, name = " " * _INDENT, ""
        lines += textwrap.wrap(
            _INTERVAL.sub("\\1,\u00a0\\2", text),
            width,
            initial_indent=f"{first}{name:<{column}}",
            subsequent_indent=" " * (_INDENT + column),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines).replace("\u00a0", " ")


_MOST = 9
_EXACT = 9
"""Decimals beyond which a coordinate is the search's own rounding."""

_PLURALS = {"minimum": "minima", "saddle": "saddles", "maximum": "maxima", "degenerate": "degenerate points"}


def describe_critical_points(landscape: Landscape) -> list[str]:
    """Minima, saddles and maxima with their condition numbers, a line each; the rest are counted."""
    found = critical_points(landscape)
    lines = [_describe_point(landscape, point) for point in found.points[:_MOST]]
    rest = Counter(point.kind for point in found.points[_MOST:])
    if rest:
        about = "about " if found.unseen else ""
        counted = [f"{count} {kind if count == 1 else _PLURALS[kind]}" for kind, count in rest.items()]
        lines.append(f"and {about}{', '.join(counted)} more")
    return lines


def _describe_point(landscape: Landscape, point: CriticalPoint) -> str:
    x, y = (f"{round(value, _EXACT) + 0.0:.6g}" for value in point.point)
    place = x if landscape.variables == 1 else f"({x}, {y})"
    condition = f", condition number {point.condition_number:.4g}" if _has_condition(landscape, point) else ""
    kind = point.kind if point.isolated else f"{point.kind}, one of many,"
    kink = "" if point.smooth else ", a kink"
    return f"{kind} at {place}, loss {round(point.loss, _EXACT) + 0.0:.6g}{condition}{kink}"


def _has_condition(landscape: Landscape, point: CriticalPoint) -> bool:
    return landscape.variables == 2 and point.condition_number < float("inf")
