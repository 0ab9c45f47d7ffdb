"""Themes: the colours of everything but the runs."""

from dataclasses import dataclass
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
