"""ravine spectrum."""

from typing import TYPE_CHECKING, Any

import click

from ravine.cli._command import Command
from ravine.cli._options import study_options
from ravine.cli._study import run_study

if TYPE_CHECKING:
    from ravine.studies import Spectrum


@click.command("spectrum", cls=Command)
@study_options("spectrum")
def spectrum_command(**options: Any) -> None:
    """Show the eigenvalues of the Hessian at a point: the largest, the smallest, and their density.

    Batch norm goes by its stored statistics unless --batch-norm says otherwise.

    \b
    Examples:
      ravine spectrum
      ravine spectrum --at start -o start.json
    """
    run_study("spectrum", options, _report)


def _report(spectrum: "Spectrum") -> str:
    found = spectrum.found
    return f"eigenvalues {found.bottom[0]:.3g} to {found.top[0]:.4g}, {found.kind}"
