"""Trainings as a picture."""

from ravine.renderer.figures import TrainingPicture, TrainingRun
from ravine.studies._result import subtitle
from ravine.studies._subjects import Trained
from ravine.studies._train import Train


def picture_of(train: Train) -> TrainingPicture:
    """What the picture shows of trainings."""
    titles = dict.fromkeys(run.problem.title for run in train.runs)
    data = train.runs[0].problem.data.title
    return TrainingPicture(
        title=train.choices.title or f"Training {', '.join(titles)}",
        subtitle=subtitle(train.choices, data if len(titles) > 1 else f"{', '.join(titles)} on {data}"),
        runs=tuple(_run(train, run) for run in train.runs),
        target=train.choices.target,
    )


def _run(train: Train, run: Trained) -> TrainingRun:
    training = run.training
    return TrainingRun(
        label=train.label_of(run),
        colour_key=train.label_of(run) if len(train.choices.networks) > 1 else run.rule,
        note=run.note,
        step=training.steps,
        batch_loss=training.batch_losses,
        reached_at=train.steps_to_target(run),
        **training.measures,
    )
