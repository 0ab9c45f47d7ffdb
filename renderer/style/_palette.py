"""The colours of the runs: a common rule wears the same one in every film."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from ravine.renderer.style._theme import ThemeName

# Chosen by measurement: under normal vision and under total protanopia, deuteranopia and tritanopia
# (Machado 2009) any two of the seven lie at least 18 (light) or 16.5 (dark) apart in CAM02-UCS,
# where 1 is just visible; with the spares at least 10.5 and 9.5. The last theme keeps the colours
# of Alec Radford's films of 2014, which do not survive colour blindness.
COMMON: Mapping[ThemeName, Mapping[str, str]] = {
    "light": {
        "sgd": "#c83800",
        "momentum": "#00b888",
        "nesterov": "#b05890",
        "adagrad": "#1868f8",
        "adadelta": "#603090",
        "rmsprop": "#d89820",
        "adam": "#111111",
    },
    "dark": {
        "sgd": "#f84800",
        "momentum": "#78e0a0",
        "nesterov": "#e088b0",
        "adagrad": "#2078ff",
        "adadelta": "#c0b0ff",
        "rmsprop": "#ffd040",
        "adam": "#f2f4f6",
    },
    "radford": {
        "sgd": "#ff0000",
        "momentum": "#008000",
        "nesterov": "#bf00bf",
        "adagrad": "#0000ff",
        "adadelta": "#bfbf00",
        "rmsprop": "#000000",
    },
}

SPARE: Mapping[ThemeName, tuple[str, ...]] = {
    "light": ("#005860", "#c080ff", "#784038", "#ff7070", "#807048", "#901858", "#8078c0", "#980008"),
    "dark": ("#58c0c8", "#b078c8", "#98b078", "#00a088", "#b8b800", "#b07058", "#c0f088", "#f0c8ff"),
    "radford": ("#00bfbf", "#ff8000", "#7000a0", "#ff80c0", "#804000", "#8080ff", "#808080", "#00d060"),
}


def colours(names: Sequence[str], *, theme: ThemeName) -> tuple[str, ...]:
    """One colour a run, as "#rrggbb".

    The first run of a common rule has the rule's own colour. Every other run takes the next spare,
    then the colours of common rules that are not in the film; only then does a colour come back.

    Args:
        names: The rule of each run, in the film's order.
        theme: The look of the film.
    """
    own = dict(COMMON[theme])
    vacant = [colour for name, colour in own.items() if name not in names]
    others = cycle((*SPARE[theme], *vacant))
    return tuple(own.pop(name, None) or next(others) for name in names)


ARROWS: Mapping[str, str] = {
    "gradient": "adagrad",
    "velocity": "adadelta",
    "jump": "rmsprop",
    "correction": "sgd",
    "newton": "rmsprop",
    "minimum": "momentum",
}
"""The common rule whose colour an arrow of a role wears: those colours are told apart by every eye."""


def arrow_colour(role: str, *, theme: ThemeName) -> str:
    """The colour of an arrow of a role, or nothing, which is the run's own, for any other.

    Args:
        role: The meaning of the arrow.
        theme: The look.
    """
    return COMMON[theme].get(ARROWS.get(role, ""), "")


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another in it, from 0 to 1."""
    parts = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round((1.0 - share) * one + share * two):02x}" for one, two in parts)
