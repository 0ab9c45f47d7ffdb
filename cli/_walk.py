"""ravine walk."""

from typing import Any

import click

from ravine.cli._command import Command
from ravine.cli._study import run_study
from ravine.cli._study_options import study_options


@click.command("walk", cls=Command)
@click.option(
    "--sharpness-every",
    type=int,
    metavar="K",
    help="Find the Hessian's largest eigenvalue at every Kth update.  [default: 5]",
)
@study_options()
def walk_command(**options: Any) -> None:
    """Show the loss between the iterates of a training, the angles between gradients, and the distance.

    Without options gradient descent stands beside SGD.

    \b
    Examples:
      ravine walk
      ravine walk -O sgd:learning_rate=0.5 --batch-size 50 --steps 200 -o walk.svg
    """
    run_study("walk", options, _report)


def _report(walk: Any) -> str:
    return "; ".join(
        f"{run.label}: {100 * run.interior_share:.0f} % of the updates cross a valley floor, "
        f"{run.distances[-1]:.3g} from the start"
        for run in walk.runs
    )
