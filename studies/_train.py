"""Trainings side by side: loss and accuracy over the steps, and how many a given loss needs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ravine.core.atomic import check_folder_target
from ravine.studies._measure import MEASURES
from ravine.studies._options import TrainOptions
from ravine.studies._result import Result, Row
from ravine.studies._study import Stage, unwatched
from ravine.studies._trainings import Trained, trainings, with_rates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ravine.renderer.figures import TrainingRun


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Train(Result[TrainOptions]):
    """Trainings side by side.

    Attributes:
        runs: One for each network and optimizer.
    """

    choices: TrainOptions
    runs: tuple[Trained, ...]

    def record(self) -> dict[str, Any]:
        return {
            "runs": [self._run_record(run) for run in self.runs],
            **{name: getattr(self, name) for name in ("target", "verdicts", "seed", "objective")},
        }

    def _run_record(self, run: Trained) -> dict[str, Any]:
        training = run.training
        return {
            "label": run.label,
            "network": run.problem.title,
            "optimizer": run.text or f"<{run.rule}>",
            "step": training.steps,
            **{name: training.measures[name] for name in MEASURES},
            "batch_loss": training.batch_losses,
            "steps_to_target": self.steps_to_target(run),
            "stopped_at": training.stopped_at,
            "diverged_at": training.diverged_at,
            "final_loss": training.measures["train_loss"][-1],
        }

    @property
    def target(self) -> float | None:
        """The training loss that is waited for."""
        return self.choices.target

    @property
    def objective(self) -> str:
        """The networks and their data, in words."""
        return ", ".join(dict.fromkeys(run.problem.description for run in self.runs))

    def label_of(self, run: Trained) -> str:
        """The name that tells a run from all others."""
        return run.name_among(self.choices.networks)

    @property
    def verdicts(self) -> dict[str, bool]:
        """The claim that each run reaches the target."""
        return {"all_reach_the_target": None not in map(self.steps_to_target, self.runs)}

    def steps_to_target(self, run: Trained) -> int | None:
        """The first step with a saved iterate whose training loss is no higher than the target."""
        if self.choices.target is None:
            return None
        there = run.training.measures["train_loss"] <= self.choices.target
        return int(run.training.steps[there.argmax()]) if there.any() else None

    def table(self) -> Iterator[Row]:
        yield ("label", "step", *MEASURES)
        for run in self.runs:
            columns: list[Float[np.ndarray, " saved"]] = [run.training.measures[name] for name in MEASURES]
            for numbers in zip(run.training.steps, *columns, strict=True):
                yield (self.label_of(run), *numbers)

    def figure(self) -> "Figure":
        from ravine.renderer.figures import draw_training

        choices, problems = self.choices, [run.problem for run in self.runs]
        names = dict.fromkeys(problem.title for problem in problems)
        titles = ", ".join(names)
        data = problems[0].data.title
        return draw_training(
            [self._on_picture(run) for run in self.runs],
            title=choices.title or f"Training {titles}",
            subtitle=self.subtitle(data if len(names) > 1 else f"{titles} on {data}"),
            target=choices.target,
            size=choices.size,
            theme=choices.theme,
        )

    def _on_picture(self, run: Trained) -> "TrainingRun":
        from ravine.renderer.figures import TrainingRun

        label, measures = self.label_of(run), run.training.measures
        return TrainingRun(
            label=label,
            colour_key=label if len(self.choices.networks) > 1 else run.rule,
            note=run.note,
            step=run.steps,
            train_loss=measures["train_loss"],
            test_loss=measures["test_loss"],
            train_accuracy=measures["train_accuracy"],
            test_accuracy=measures["test_accuracy"],
            batch_loss=run.training.batch_losses,
            reached_at=self.steps_to_target(run),
        )

    def save_runs(self, folder: str | Path) -> None:
        """Write the runs themselves: a folder each, with checkpoints and run.json.

        Raises:
            OutputError: the folder cannot be written.
            OSError: the disk is full, or failed otherwise.
        """
        from ravine.studies.training import save_run

        for run, own in zip(self.runs, _folders(Path(folder), map(self.label_of, self.runs)), strict=True):
            save_run(own, run.training, facts=self._run_record(run))


def _folders(folder: Path, labels: Iterable[str]) -> list[Path]:
    """The folder itself for a single run, otherwise one inside for each, named after its label."""
    names = [re.sub(r"[^\w=]+", "-", label.lower()).strip("-") for label in labels]
    if len(names) == 1:
        return [folder]
    alone = [bool(name) and names.count(name) == 1 for name in names]
    return [
        folder / (name if is_alone else f"{number}-{name}")
        for number, (name, is_alone) in enumerate(zip(names, alone, strict=True), start=1)
    ]


def check_runs_folder(folder: Path, choices: TrainOptions) -> None:
    """Refuse a folder in which the runs could not be saved, before they are trained.

    Args:
        folder: The folder in which to save the runs.
        choices: Of the study, which say how many runs there are.

    Raises:
        OutputError: it is a file, holds something else, or cannot be made.
    """
    from ravine.studies.training import RUN

    several = len(choices.networks) * len(choices.optimizers) > 1
    first = folder / "a run" if several else folder
    while not first.parent.exists():
        first = first.parent
    check_folder_target(first, holds=RUN)


def run_train(choices: TrainOptions, stage: Stage = unwatched) -> Train:
    """Train every network under every optimizer."""
    choices = with_rates(choices, stage)
    return Train(choices=choices, runs=tuple(trainings(choices, stage)))
