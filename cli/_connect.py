"""ravine connect."""

from typing import TYPE_CHECKING, Any

import click

from ravine.cli._command import Command
from ravine.cli._options import study_options
from ravine.cli._study import run_study

if TYPE_CHECKING:
    from ravine.studies import Connect


@click.command("connect", cls=Command)
@study_options("connect")
def connect_command(**options: Any) -> None:
    """Join two solutions by a curve of low loss, and show the straight line's barrier beside it.

    The curve is trained by Adam at a rate of 0.01 for --steps. Batch norm is recomputed at every point
    unless --batch-norm says otherwise.

    \b
    Examples:
      ravine connect
      ravine connect conv --steps 500 -o connect.svg
    """
    run_study("connect", options, _report)


def _report(connect: "Connect") -> str:
    return f"barrier {connect.line_barrier:.3g} on the line, {connect.curve_barrier:.3g} on the curve"
