"""Training runs of several optimizers on the same axes."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.canvas import label
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._labels import Words
from ravine.renderer.figures._legend import Entry, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, split
from ravine.renderer.figures._records import TrainingPicture, TrainingRun
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.style import ThemeName

_WINDOWS = 60
"""A batch loss is averaged over this part of the run."""

_LOSS, _ACCURACY = 0.6, 0.4
_MOST_MARKS = 4
"""More steps than these are not marked with their numbers, which are in the legend then."""


@house_style()
def draw_training(
    picture: TrainingPicture, *, size: tuple[int, int] = (1280, 720), theme: ThemeName = "light"
) -> Figure:
    """Loss and accuracy over the steps, and the step at which each run reaches the target."""
    sheet = Sheet(size, theme, title=picture.title, subtitle=picture.subtitle)
    colours = sheet.colours([run.colour_key for run in picture.runs])
    add_legend(sheet, list(_entries(sheet, picture, colours)))
    accuracies = [part for run in picture.runs for part in (run.train_accuracy, run.test_accuracy)]
    if all(part is None for part in accuracies):
        _draw_losses(sheet, sheet.body, picture, colours)
        return sheet.figure
    losses, aside = split(sheet.body, (_LOSS, _ACCURACY), gap=36 * sheet.unit)
    _draw_losses(sheet, losses, picture, colours)
    _draw_accuracies(sheet, aside, picture, colours)
    return sheet.figure


def _entries(sheet: Sheet, picture: TrainingPicture, colours: Sequence[str]) -> Iterator[Entry]:
    runs, muted = picture.runs, sheet.theme.muted
    for run, colour in zip(runs, colours, strict=True):
        yield Entry(_entry(run, picture), colour, "dot")
    if any(run.test_loss is not None or run.test_accuracy is not None for run in runs):
        yield Entry("training examples", muted)
        yield Entry("test examples", muted, "--")
    if any(run.batch_loss is not None for run in runs):
        yield Entry("minibatches, averaged", muted, "faint")


def _entry(run: TrainingRun, picture: TrainingPicture) -> str:
    """Name and hyper-parameters, and when it reached the target where no mark on the picture says so."""
    words = [run.label, run.note]
    if picture.target is not None and run.reached_at is None:
        words.append(f"never at {label(picture.target, digits=3)}")
    elif picture.target is not None and len(_reached(picture)) > _MOST_MARKS:
        words.append(f"step {run.reached_at}")
    return ", ".join(word for word in words if word)


def _reached(picture: TrainingPicture) -> list[int]:
    return [run.reached_at for run in picture.runs if run.reached_at is not None]


def _draw_losses(sheet: Sheet, box: Box, picture: TrainingPicture, colours: Sequence[str]) -> None:
    runs = picture.runs
    batches = [None if run.batch_loss is None else averaged(run.batch_loss) for run in runs]
    losses = [part for run in runs for part in (run.train_loss, run.test_loss)]
    target = None if picture.target is None else np.array([picture.target])
    y = Axis.of(*losses, *batches, target, scale=picture.scale)
    axes = add_panel(sheet, box, _steps(picture), y, title="loss", x_label="step")
    for run, batch, colour in zip(runs, batches, colours, strict=True):
        if batch is not None:
            steps = np.arange(1.0, len(batch) + 1)
            add_curve(sheet, axes, steps, batch, colour=colour, width=3.0, alpha=0.35, order=2.0)
        if run.test_loss is not None:
            add_curve(sheet, axes, run.step, run.test_loss, colour=colour, width=2.2, style="--")
        add_curve(sheet, axes, run.step, run.train_loss, colour=colour)
    if picture.target is not None:
        _mark_target(sheet, axes, picture, picture.target, colours)


def _mark_target(
    sheet: Sheet, axes: Axes, picture: TrainingPicture, target: float, colours: Sequence[str]
) -> None:
    """The target as a line, and on it each run's first step there with its number."""
    axes.axhline(target, color=sheet.theme.muted, lw=sheet.points(1.5), ls=":", zorder=2.5)
    low, high = axes.get_xlim()
    foot = axes.get_ylim()[0]
    across = np.array([[low, target], [high, target]])
    drawn = [(run.step, loss) for run in picture.runs for loss in (run.train_loss, run.test_loss)]
    curves = [np.stack([step, loss], axis=-1).astype(float) for step, loss in drawn if loss is not None]
    words = Words(sheet, axes, across, *curves)
    reached = [
        (float(run.reached_at), colour)
        for run, colour in zip(picture.runs, colours, strict=True)
        if run.reached_at is not None
    ]
    for step, colour in reached:
        axes.plot([step, step], [foot, target], color=colour, lw=sheet.points(1.8), zorder=2.6)
        add_dots(sheet, axes, np.array([step]), np.array([target]), colour=colour, size=13.0)
        words.avoid((step, target))
        words.hide_nothing_of(np.array([[step, foot], [step, target]]))
    for step, colour in reached if len(reached) <= _MOST_MARKS else ():
        words.put(f"step {step:.0f}", (step, target), colour=colour, bold=True, size=17)
    words.put(f"loss {label(target, digits=3)}", (low, target), (high, target), colour=sheet.theme.muted)


def _draw_accuracies(sheet: Sheet, box: Box, picture: TrainingPicture, colours: Sequence[str]) -> None:
    runs = picture.runs
    y = Axis.accuracy(*(part for run in runs for part in (run.train_accuracy, run.test_accuracy)))
    axes = add_panel(sheet, box, _steps(picture), y, title="accuracy", x_label="step")
    for run, colour in zip(runs, colours, strict=True):
        if run.test_accuracy is not None:
            add_curve(sheet, axes, run.step, run.test_accuracy, colour=colour, width=2.2, style="--")
        if run.train_accuracy is not None:
            add_curve(sheet, axes, run.step, run.train_accuracy, colour=colour)


def _steps(picture: TrainingPicture) -> Axis:
    last = [np.array([0.0 if run.batch_loss is None else float(len(run.batch_loss))]) for run in picture.runs]
    return Axis.exactly(np.zeros(1), *last, *(run.step for run in picture.runs))


def averaged(losses: Float[np.ndarray, " updates"]) -> Float[np.ndarray, " updates"]:
    """The mean of the finite losses in a window about each update; not a number where it has none."""
    half = max(1, len(losses) // (2 * _WINDOWS))
    real = np.isfinite(losses)
    sums = np.r_[0.0, np.cumsum(np.where(real, losses, 0.0))]
    counts = np.r_[0, np.cumsum(real)]
    places = np.arange(len(losses))
    first, last = np.maximum(places - half, 0), np.minimum(places + half + 1, len(losses))
    number = counts[last] - counts[first]
    return np.where(number > 0, (sums[last] - sums[first]) / np.maximum(number, 1), np.nan)
