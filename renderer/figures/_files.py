"""Figures as files, which appear whole or not at all; the same figure becomes the same bytes.

Endings are known and checked before matplotlib is loaded.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ravine.core.atomic import OutputError, atomic_write, check_target
from ravine.renderer.writers import STILL_EXTENSIONS, listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ravine.renderer._frames import Pixels

FIGURE_EXTENSIONS = (*STILL_EXTENSIONS, ".pdf", ".svg")
"""The kinds of file that a figure can be written as: pixels as every still, and two of lines."""


def check_figure_path(path: str | os.PathLike[str]) -> None:
    """Accept a path to which a figure can be written, before any work is done for it.

    Raises:
        OutputError: The ending is not known, or the folder is missing or not writable.
    """
    if _extension(path) not in FIGURE_EXTENSIONS:
        raise OutputError(
            f"A picture is written as {listed(FIGURE_EXTENSIONS)}, and '{os.fspath(path)}' "
            "ends in none of them."
        )
    check_target(path)


def write_figure(figure: "Figure", path: str | os.PathLike[str], *, comment: str) -> None:
    """Write a figure as the kind of file that the path's extension names.

    Args:
        figure: The picture.
        path: The file, whose ending is one of `FIGURE_EXTENSIONS`.
        comment: The PNG's text "Comment", the PDF's subject, the SVG's description.

    Raises:
        OutputError: The path does not do, see `check_figure_path`.
        OSError: The disk is full, or failed otherwise.
    """
    check_figure_path(path)
    content = figure_bytes(figure, _extension(path), comment=comment)
    with atomic_write(path) as file:
        file.write(content)


def figure_bytes(figure: "Figure", extension: str, *, comment: str) -> bytes:
    """A figure as `write_figure` would put it in a file.

    Args:
        figure: The picture.
        extension: Of the file.
        comment: A description of the picture, for the file.
    """
    from ravine.renderer import writers
    from ravine.renderer.figures._sheet import house_style

    file = BytesIO()
    with house_style():
        if extension in STILL_EXTENSIONS:
            return writers.still_to_bytes(_pixels(figure), extension, comment)
        if extension == ".pdf":
            facts = {"Subject": comment, "Creator": "ravine", "CreationDate": None}
            figure.savefig(file, format="pdf", metadata=facts)
        else:
            facts = {"Description": comment, "Creator": "ravine", "Date": None}
            figure.savefig(file, format="svg", metadata=facts)
    return file.getvalue()


def _pixels(figure: "Figure") -> "Pixels":
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def _extension(path: str | os.PathLike[str]) -> str:
    return Path(path).suffix.lower()
