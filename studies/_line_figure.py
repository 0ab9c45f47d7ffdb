"""A line as a picture."""

import numpy as np

from ravine.renderer.figures import LineCurve, LinePath, LinePicture, LineZoom
from ravine.studies._line import Line
from ravine.studies._line_curve import Curve
from ravine.studies._result import subtitle

_GIVEN = ""
_TITLES = {
    _GIVEN: "Straight from one point to another",
    "start,solution": "From the start of training straight to its end",
    "solution,solution": "Straight from one solution to another",
    "random,solution": "From an unrelated start straight to a solution",
    "solution,permuted": "From a solution to itself with its hidden units reordered",
}
_ENDS = {
    _GIVEN: ("first point", "last point"),
    "start,solution": ("start", "solution"),
    "solution,solution": ("solution A", "solution B"),
    "random,solution": ("random start", "solution"),
    "solution,permuted": ("solution", "the same, reordered"),
}
_WORTH_A_MARK = 0.02
"""The smallest barrier that is drawn, as a part of the loss's range on the line."""


def picture_of(line: Line) -> LinePicture:
    """What the picture shows of a line."""
    choices = line.choices
    several = len(choices.networks) > 1
    keys = [curve.label if several else curve.rule for curve in line.curves]
    between = line.between or _GIVEN
    return LinePicture(
        title=choices.title or _TITLES[between],
        subtitle=subtitle(
            choices, line.data if several else line.objective, batch_norm=line.batch_norm, held=line.held
        ),
        curves=tuple(_curve(curve, colour_key=key) for curve, key in zip(line.curves, keys, strict=True)),
        ends=_ENDS[between],
        scale=choices.scale,
    )


def _curve(curve: Curve, *, colour_key: str) -> LineCurve:
    path = curve.path
    loss = curve.measures["train_loss"]
    barrier = 0.0 if curve.facts is None else curve.facts.barrier
    marked = barrier > _WORTH_A_MARK * float(np.ptp(loss))
    return LineCurve(
        label=curve.label,
        colour_key=colour_key,
        alphas=curve.alphas,
        train_loss=loss,
        test_loss=curve.measures.get("test_loss"),
        train_accuracy=curve.measures.get("train_accuracy"),
        test_accuracy=curve.measures.get("test_accuracy"),
        zooms=tuple(LineZoom(alphas=alphas, train_loss=loss) for alphas, loss in curve.zooms),
        barrier=barrier if marked else None,
        path=path and LinePath(projection=path.projection, residual=path.residual, loss=path.loss),
    )
