"""Training runs of several optimizers on the same axes."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.canvas import label
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._labels import Entry, Words, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, split
from ravine.renderer.figures._records import TrainingRun
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.style import ThemeName

_WINDOWS = 60
"""A batch loss is averaged over this part of the run."""

_LOSS, _ACCURACY = 0.6, 0.4
_MOST_MARKS = 4
"""More steps than these are not marked with their numbers, which are in the legend then."""


@house_style()
def draw_training(
    runs: Sequence[TrainingRun],
    *,
    title: str,
    subtitle: str = "",
    target: float | None = None,
    size: tuple[int, int] = (1280, 720),
    theme: ThemeName = "light",
) -> Figure:
    """Draw loss and accuracy over the steps, and the step at which each run reaches the target.

    Args:
        runs: Trainings that are compared.
        title: Over all.
        subtitle: Data and seed.
        target: The loss whose first step is marked for each run; None for no marks.
        size: Width and height in pixels.
        theme: The look of everything but the curves.
    """
    sheet = Sheet(size, theme, title=title, subtitle=subtitle)
    colours = sheet.colours([run.colour_key for run in runs])
    add_legend(sheet, list(_entries(sheet, runs, target, colours)))
    accuracies = [part for run in runs for part in (run.train_accuracy, run.test_accuracy)]
    if all(part is None for part in accuracies):
        _draw_losses(sheet, sheet.body, runs, target, colours)
        return sheet.figure
    losses, aside = split(sheet.body, (_LOSS, _ACCURACY), gap=36 * sheet.unit)
    _draw_losses(sheet, losses, runs, target, colours)
    _draw_accuracies(sheet, aside, runs, colours)
    return sheet.figure


def _entries(
    sheet: Sheet, runs: Sequence[TrainingRun], target: float | None, colours: Sequence[str]
) -> Iterator[Entry]:
    muted = sheet.theme.muted
    are_marked = len(_reached(runs)) <= _MOST_MARKS
    for run, colour in zip(runs, colours, strict=True):
        yield Entry(_entry(run, target, is_marked=are_marked), colour, "dot")
    if any(run.test_loss is not None or run.test_accuracy is not None for run in runs):
        yield Entry("training examples", muted)
        yield Entry("test examples", muted, "--")
    if any(run.batch_loss is not None for run in runs):
        yield Entry("minibatches, averaged", muted, "faint")


def _entry(run: TrainingRun, target: float | None, *, is_marked: bool) -> str:
    """Name and hyper-parameters, and when it reached the target where no mark on the picture says so."""
    words = [run.label, run.note]
    if target is not None and run.reached_at is None:
        words.append(f"never at {label(target, digits=3)}")
    elif target is not None and not is_marked:
        words.append(f"step {run.reached_at}")
    return ", ".join(word for word in words if word)


def _reached(runs: Sequence[TrainingRun]) -> list[int]:
    return [run.reached_at for run in runs if run.reached_at is not None]


def _draw_losses(
    sheet: Sheet, box: Box, runs: Sequence[TrainingRun], target: float | None, colours: Sequence[str]
) -> None:
    batches = [None if run.batch_loss is None else averaged(run.batch_loss) for run in runs]
    losses = [part for run in runs for part in (run.train_loss, run.test_loss)]
    y = Axis.of(*losses, *batches, None if target is None else np.array([target]), scale="log")
    axes = add_panel(sheet, box, _steps(runs), y, title="loss", x_label="step")
    for run, batch, colour in zip(runs, batches, colours, strict=True):
        if batch is not None:
            steps = np.arange(1.0, len(batch) + 1)
            add_curve(sheet, axes, steps, batch, colour=colour, width=3.0, alpha=0.35, order=2.0)
        if run.test_loss is not None:
            add_curve(sheet, axes, run.step, run.test_loss, colour=colour, width=2.2, style="--")
        add_curve(sheet, axes, run.step, run.train_loss, colour=colour)
    if target is not None:
        _mark_target(sheet, axes, runs, target, colours)


def _mark_target(
    sheet: Sheet, axes: Axes, runs: Sequence[TrainingRun], target: float, colours: Sequence[str]
) -> None:
    """The target as a line, and on it each run's first step there with its number."""
    axes.axhline(target, color=sheet.theme.muted, lw=sheet.points(1.5), ls=":", zorder=2.5)
    low, high = axes.get_xlim()
    foot = axes.get_ylim()[0]
    across = np.array([[low, target], [high, target]])
    drawn = [(run.step, loss) for run in runs for loss in (run.train_loss, run.test_loss)]
    curves = [np.stack([step, loss], axis=-1).astype(float) for step, loss in drawn if loss is not None]
    words = Words(sheet, axes, across, *curves)
    reached = [
        (float(run.reached_at), colour)
        for run, colour in zip(runs, colours, strict=True)
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


def _draw_accuracies(sheet: Sheet, box: Box, runs: Sequence[TrainingRun], colours: Sequence[str]) -> None:
    y = Axis.accuracy(*(part for run in runs for part in (run.train_accuracy, run.test_accuracy)))
    axes = add_panel(sheet, box, _steps(runs), y, title="accuracy", x_label="step")
    for run, colour in zip(runs, colours, strict=True):
        if run.test_accuracy is not None:
            add_curve(sheet, axes, run.step, run.test_accuracy, colour=colour, width=2.2, style="--")
        if run.train_accuracy is not None:
            add_curve(sheet, axes, run.step, run.train_accuracy, colour=colour)


def _steps(runs: Sequence[TrainingRun]) -> Axis:
    last = [np.array([0.0 if run.batch_loss is None else float(len(run.batch_loss))]) for run in runs]
    return Axis.exactly(np.zeros(1), *last, *(run.step for run in runs))


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
