"""ravine plane."""

from typing import Any

import click

from ravine import studies
from ravine.cli._command import Command
from ravine.cli._study import run_study
from ravine.cli._study_options import study_options


@click.command("plane", cls=Command)
@click.option(
    "--directions",
    type=click.Choice(["random", "pca", "residual", "hessian", "swa", "solutions", "bend", "points"]),
    help="Filter-normalised random ones, the principal components of the training paths, the way from start "
    "to solution and the one to the iterate farthest from it, eigenvectors of the Hessian, or the plane of "
    "three points: SWA's iterates, three solutions, two solutions and the bend of a curve between them, or "
    "those given.  [default: pca]",
)
@click.option(
    "--span",
    type=float,
    nargs=4,
    metavar="X0 X1 Y0 Y1",
    help="The part of the plane that is shown.  [default: around what is there]",
)
@click.option("--resolution", type=int, metavar="N", help="Points a side.  [default: 51]")
@click.option("--view", type=click.Choice(["contour", "surface"]), help="[default: contour]")
@click.option("--scale", type=click.Choice(["auto", "linear", "log"]), help="[default: auto]")
@click.option(
    "--heights",
    type=float,
    nargs=2,
    metavar="LOW HIGH",
    help="The losses shown lowest and highest, to compare pictures.  [default: those of the plane]",
)
@click.option(
    "--convexity/--no-convexity",
    default=None,
    help="Shade |smallest / largest eigenvalue of the Hessian| in place of the loss, seen from above.",
)
@click.option("--paths/--no-paths", default=None, help="Draw the training paths.  [default: --paths]")
@click.option("--seconds", type=float, help="How long a film moves.  [default: 8]")
@click.option("--fps", type=float, help="Its frames a second.  [default: 25]")
@click.option("--hold", type=float, help="Seconds for which its last frame stands.  [default: 2]")
@study_options()
def plane_command(**options: Any) -> None:
    """Show the loss in a plane through a network's parameters, with the training paths on it.

    An ending of .gif, .mp4, .webm or .webp makes a film of the paths. Batch norm goes by its stored
    statistics, and on a plane through several solutions is measured anew at every point, unless --batch-norm
    says otherwise. A path fades where it is far from the plane.

    \b
    Examples:
      ravine plane -O sgd -O momentum -O adam -o paths.gif
      ravine plane conv:skip=true --directions random --view surface
      ravine plane --directions swa -O sgd:learning_rate=0.5 -o swa.pdf
    """
    run_study("plane", options, _report, films=studies.FILMS)


def _report(plane: Any) -> str:
    share = plane.explained_share
    explained = "" if share is None else f", {100 * share:.0f} % of the paths explained"
    return f"{len(plane.x)}x{len(plane.y)} points, loss at the centre {plane.center_loss:.4g}{explained}"
