"""ravine walk."""

from typing import TYPE_CHECKING, Any

import click

from ravine.cli._command import Command
from ravine.cli._options import study_options
from ravine.cli._study import run_study

if TYPE_CHECKING:
    from ravine.studies import Walk


@click.command("walk", cls=Command)
@study_options("walk")
def walk_command(**options: Any) -> None:
    """Show the loss between the iterates of a training, the angles between gradients, and the distance.

    Without options gradient descent stands beside SGD.

    \b
    Examples:
      ravine walk
      ravine walk -O sgd:learning_rate=0.5 --batch-size 50 --steps 200 -o walk.svg
    """
    run_study("walk", options, _report)


def _report(walk: "Walk") -> str:
    return "; ".join(
        f"{run.label}: {100 * run.interior_share:.0f} % of the updates cross a valley floor, "
        f"{run.distances[-1]:.3g} from the start"
        for run in walk.runs
    )
