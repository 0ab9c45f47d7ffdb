"""ravine spectrum."""

from typing import Any

import click

from ravine.cli._command import Command
from ravine.cli._study import run_study
from ravine.cli._study_options import study_options


@click.command("spectrum", cls=Command)
@click.option(
    "--at", type=click.Choice(["solution", "start"]), help="Where in the training.  [default: solution]"
)
@click.option("--top", type=int, metavar="N", help="How many of the largest eigenvalues.  [default: 5]")
@click.option("--bottom", type=int, metavar="N", help="How many of the smallest.  [default: 5]")
@study_options(shared=False)
def spectrum_command(**options: Any) -> None:
    """Show the eigenvalues of the Hessian at a point: the largest, the smallest, and their density.

    Batch norm goes by its stored statistics unless --batch-norm says otherwise.

    \b
    Examples:
      ravine spectrum
      ravine spectrum --at start -o start.json
    """
    run_study("spectrum", options, _report)


def _report(spectrum: Any) -> str:
    found = spectrum.found
    return f"eigenvalues {found.bottom[0]:.3g} to {found.top[0]:.4g}, {found.kind}"
