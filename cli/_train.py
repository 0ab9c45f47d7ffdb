"""ravine train."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ravine.cli._command import Command
from ravine.cli._options import study_options
from ravine.cli._study import run_study

if TYPE_CHECKING:
    from ravine.studies import Train, Trained, TrainOptions


@click.command("train", cls=Command)
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Save each run: its start, solution and iterates as .safetensors, and run.json.",
)
@study_options("train")
def train_command(save: Path | None, **options: Any) -> None:
    """Train a network under several optimizers, side by side.

    \b
    Examples:
      ravine train -O sgd:learning_rate=0.01 -O momentum:learning_rate=0.01
      ravine train conv -O adam --steps 500 --save run -o conv.png
    """
    quiet = options["quiet"]
    result = run_study("train", options, _report, check=partial(_check_folder, save))
    if save and result is not None:
        result.save_runs(save)
        if not quiet:
            click.echo(f"{save}: {len(result.runs)} run{'s' * (len(result.runs) > 1)}")


def _check_folder(save: Path | None, choices: "TrainOptions") -> None:
    from ravine.studies import check_runs_folder

    if save is not None:
        check_runs_folder(save, choices)


def _report(train: "Train") -> str:
    return "; ".join(
        f"{train.label_of(run)}: loss {run.training.measures['train_loss'][-1]:.3g}{_reached(train, run)}"
        for run in train.runs
    )


def _reached(train: "Train", run: "Trained") -> str:
    step = train.steps_to_target(run)
    return "" if step is None else f", {train.choices.target:g} at step {step}"
