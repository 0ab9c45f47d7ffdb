"""The look of a picture: its themes, and the colours of runs, the same for a common rule everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Literal, TypeAlias

ThemeName: TypeAlias = Literal["light", "dark", "radford"]


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Colours as hex strings.

    Attributes:
        ground: The colour of the page.
        deep: The landscape at its lowest, through `mid` to `high` at its highest.
        contour_line: Contour lines, with `contour_line_alpha`.
        halo: Under each trail, and the rim of each ball in a contour view.
        star: The minimum, with `star_edge`.
        line_colours: A colour map for coloured contour lines in place of filled contours.
        mesh_colours: A colour map for a surface under a black mesh in place of a lit one.
        pane: The walls behind a surface, whose shades are brightened by `relief`.
        slices: Lines across the landscape, in turn.
    """

    ground: str
    text: str
    muted: str
    frame: str
    deep: str
    mid: str
    high: str
    contour_line: str
    contour_line_alpha: float
    halo: str
    halo_alpha: float
    rim: str
    star: str
    star_edge: str
    pane: str
    relief: float
    slices: tuple[str, ...]
    line_colours: str | None = None
    mesh_colours: str | None = None


THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        ground="#fbfbfa",
        text="#1b1f23",
        muted="#5b646d",
        frame="#9aa3ab",
        deep="#6b90b4",
        mid="#ccd7df",
        high="#f6f4ef",
        contour_line="#46607a",
        contour_line_alpha=0.38,
        halo="#ffffff",
        halo_alpha=0.9,
        rim="#ffffff",
        star="#ffffff",
        star_edge="#1b1f23",
        pane="#f1f1ee",
        relief=1.0,
        slices=("#901858", "#005860"),
    ),
    "dark": Theme(
        ground="#11151a",
        text="#f2f4f6",
        muted="#a3adb8",
        frame="#4a5560",
        deep="#3a6a93",
        mid="#1f374d",
        high="#131a21",
        contour_line="#7fa6c9",
        contour_line_alpha=0.42,
        halo="#0b0e12",
        halo_alpha=0.9,
        rim="#ffffff",
        star="#ffffff",
        star_edge="#0b0e12",
        pane="#171c22",
        relief=1.5,
        slices=("#e088b0", "#c0f088"),
    ),
    "radford": Theme(
        ground="#ffffff",
        text="#000000",
        muted="#000000",
        frame="#000000",
        deep="#ffffff",
        mid="#ffffff",
        high="#ffffff",
        contour_line="#000000",
        contour_line_alpha=1.0,
        halo="#ffffff",
        halo_alpha=0.0,
        rim="#000000",
        star="#808080",
        star_edge="#808080",
        pane="#f2f2f2",
        relief=1.0,
        slices=("#bf00bf", "#0000ff"),
        line_colours="jet",
        mesh_colours="coolwarm",
    ),
}
"""The last one is the look of Alec Radford's films of 2014."""


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
