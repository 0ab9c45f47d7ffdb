"""ravine line."""

from typing import TYPE_CHECKING, Any

import click

from ravine.cli._command import Command
from ravine.cli._options import study_options
from ravine.cli._study import run_study

if TYPE_CHECKING:
    from ravine.landscapes.geometry import LineFacts
    from ravine.studies import Line


@click.command("line", cls=Command)
@study_options("line")
def line_command(**options: Any) -> None:
    """Show the loss along the straight line between two points of a network's parameters.

    NETWORK is a name of 'ravine list networks', with options as in mlp:activation=tanh; several stand on one
    picture. Batch norm is recomputed at every point unless --batch-norm says otherwise.

    \b
    Examples:
      ravine line
      ravine line mlp:activation=relu mlp:activation=sigmoid mlp:activation=maxout -o line.svg
      ravine line --between solution,solution -o barrier.png -o barrier.json
      ravine line --objective package.module:loss --from a.safetensors --to b.safetensors
    """
    run_study("line", options, _report)


def _report(line: "Line") -> str:
    return "; ".join(
        f"{curve.label}: from {curve.initial_loss:.3g} to {curve.final_loss:.3g}{_shape(curve.facts)}"
        for curve in line.curves
    )


def _shape(facts: "LineFacts | None") -> str:
    if facts is None:
        return ""
    if facts.monotone:
        return ", never rising"
    barrier = f"a barrier of {facts.barrier:.3g}" if facts.barrier else "no barrier"
    return f", rising by {facts.total_rise:.3g} in all, {barrier}"
