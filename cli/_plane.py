"""ravine plane."""

from typing import TYPE_CHECKING, Any

import click

from ravine import studies
from ravine.cli._command import Command
from ravine.cli._options import study_options
from ravine.cli._study import run_study

if TYPE_CHECKING:
    from ravine.studies import Plane


@click.command("plane", cls=Command)
@study_options("plane")
def plane_command(**options: Any) -> None:
    """Show the loss in a plane through a network's parameters, with the training paths on it.

    An ending of a film, such as .gif, makes a film of the paths. Batch norm goes by its stored
    statistics, and on a plane through several solutions is recomputed at every point, unless --batch-norm
    says otherwise. A path fades where it is far from the plane.

    \b
    Examples:
      ravine plane -O sgd -O momentum -O adam -o paths.gif
      ravine plane conv:skip=true --directions random --view surface
      ravine plane --directions swa -O sgd:learning_rate=0.5 -o swa.pdf
    """
    run_study("plane", options, _report, films=studies.FILMS)


def _report(plane: "Plane") -> str:
    share = plane.explained_share
    explained = "" if share is None else f", {100 * share:.0f} % of the paths explained"
    return f"{len(plane.x)}x{len(plane.y)} points, loss at the centre {plane.center_loss:.4g}{explained}"
