"""The loss along the straight line between two points of a network's parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jaxtyping import Float

from ravine.core.pytree import Params, minus, norm
from ravine.core.recipe import RecipeError
from ravine.landscapes.geometry import LineFacts, line_barrier, line_facts, on_line
from ravine.landscapes.networks import Objective
from ravine.renderer.figures import LinePath, LineZoom
from ravine.studies._fixed import Fixed, fixed_on_line
from ravine.studies._given import given, is_given
from ravine.studies._line_curve import Curve, from_end_to_end
from ravine.studies._measure import MEASURES, evaluated
from ravine.studies._options import LineOptions
from ravine.studies._result import Arrays, Result, Row, arrays_of
from ravine.studies._study import Stage, unwatched
from ravine.studies._trainings import Trained, check_finite, trainings, with_rates

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_ZOOMS = ((0.0, 0.01), (0.99, 1.0))
_ZOOM_POINTS = 21

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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Line(Result[LineOptions]):
    """The loss along straight lines.

    Attributes:
        curves: One for each network and optimizer.
        objective: The loss that was measured, in words.
        data: Of the trained networks, in words.
        batch_norm: The source of its statistics; empty without batch norm.
        held: The fixed leaves of given points: stored statistics go from the one's to the other's, so that
            both ends have their own loss, and leaves that were chosen stay as in the first point.
    """

    choices: LineOptions
    curves: tuple[Curve, ...]
    objective: str
    batch_norm: str
    data: str = ""
    held: Fixed | None = None

    @property
    def _first(self) -> Curve:
        """The curve that the numbers below are of."""
        return self.curves[0]

    @property
    def label(self) -> str:
        """Of the first curve, as all numbers that follow."""
        return self._first.label

    @property
    def alphas(self) -> Float[np.ndarray, " alphas"]:
        """Places on the line."""
        return self._first.alphas

    @property
    def train_loss(self) -> Float[np.ndarray, " alphas"]:
        """The training loss at each."""
        return self._first.train_loss

    @property
    def test_loss(self) -> Float[np.ndarray, " alphas"] | None:
        """The test loss, where it was measured."""
        return self._first.test_loss

    @property
    def train_accuracy(self) -> Float[np.ndarray, " alphas"] | None:
        """The share of training examples that are classified correctly."""
        return self._first.train_accuracy

    @property
    def test_accuracy(self) -> Float[np.ndarray, " alphas"] | None:
        """The share of test examples that are classified correctly."""
        return self._first.test_accuracy

    @property
    def facts(self) -> LineFacts | None:
        """Barrier, rises and convexity; None where the alphas do not reach both ends."""
        return self._first.facts

    @property
    def barrier(self) -> float | None:
        """The rise of the loss above its higher end."""
        return self.facts and self.facts.barrier

    @property
    def monotone(self) -> bool | None:
        """True where it never rises."""
        return self.facts and self.facts.monotone

    @property
    def total_rise(self) -> float | None:
        """The sum of all its rises."""
        return self.facts and self.facts.total_rise

    @property
    def convex_share(self) -> float | None:
        """The share of the line where it is convex."""
        return self.facts and self.facts.convex_share

    @property
    def path(self) -> dict[str, np.ndarray] | None:
        """The training path seen from the line: step, projection, residual and loss."""
        return None if self._first.path is None else self._first.path._asdict()

    @property
    def zooms(self) -> list[dict[str, np.ndarray]]:
        """The training loss close to both ends: alphas and train_loss."""
        return [zoom._asdict() for zoom in self._first.zooms]

    @property
    def vectors(self) -> dict[str, Any]:
        """The length of the line and digests of its ends, which tell it from others."""
        return self._first.vectors

    @property
    def initial_loss(self) -> float:
        """The training loss at the first end."""
        return self._first.initial_loss

    @property
    def final_loss(self) -> float:
        """The training loss at the second end."""
        return self._first.final_loss

    @property
    def verdicts(self) -> dict[str, bool]:
        """The claims of Goodfellow et al., tested on the line."""
        return self._first.claims

    def record(self) -> dict[str, Any]:
        first, *others = ({"label": curve.label, **curve.record()} for curve in self.curves)
        return {
            **first,
            "seed": self.choices.seed,
            "between": self.between,
            "objective": self.objective,
            "batch_norm": self.batch_norm or None,
            **self.fixed_record,
            **({"curves": [first, *others]} if others else {}),
        }

    def arrays(self) -> Arrays:
        several = len(self.curves) > 1
        return {
            f"curves_{number}_{key}" if several else key: array
            for number, curve in enumerate(self.curves)
            for end in curve.points
            for key, array in end.items()
        }

    @property
    def between(self) -> str | None:
        """The kind of its ends; None for given points."""
        return None if self.choices.points else self.choices.between

    def table(self) -> Iterator[Row]:
        yield ("label", "alpha", *MEASURES)
        for curve in self.curves:
            columns = list(curve.measures.values())
            for place, alpha in enumerate(curve.alphas):
                yield (curve.label, alpha, *(None if c is None else c[place] for c in columns))

    def figure(self) -> "Figure":
        from ravine.renderer.figures import draw_line

        choices, between = self.choices, self.between or _GIVEN
        return draw_line(
            self.curves,
            title=choices.title or _TITLES[between],
            subtitle=self.subtitle(
                self.data if len(choices.networks) > 1 else self.objective, batch_norm=self.batch_norm
            ),
            ends=_ENDS[between],
            scale=choices.scale,
            size=choices.size,
            theme=choices.theme,
        )


def run_line(choices: LineOptions, stage: Stage = unwatched) -> Line:
    """Train what is to be trained, and measure along the lines."""
    choices = with_rates(choices, stage)
    if is_given(choices):
        found = given(choices, least=2)
        if len(found.points) > 2:
            raise RecipeError(f"A line has two ends; got {len(found.points)} points.")
        ends, held = fixed_on_line(found.fixed, found.points)
        _check_ends(choices, found.objective, ends, held)
        curves = (_curve(choices, found.objective, ends, label=found.label, stage=stage),)
        policy = found.objective.batch_norm
        return Line(choices=choices, curves=curves, objective=found.label, batch_norm=policy, held=held)
    runs = list(trainings(choices, stage))
    others = list(trainings(choices, stage, seed=choices.seed + 1)) if _two_seeds(choices) else runs
    labels = _labels(choices, runs)
    curves = tuple(
        _between_ends(choices, run, other, label=label, stage=stage)
        for run, other, label in zip(runs, others, labels, strict=True)
    )
    policies = {run.problem.objective(choices.policy).batch_norm for run in runs}
    return Line(
        choices=choices,
        curves=curves,
        objective=_description(runs),
        batch_norm=max(policies),
        data=runs[0].problem.data.title,
    )


def _two_seeds(choices: LineOptions) -> bool:
    return choices.between == "solution,solution"


def _labels(choices: LineOptions, runs: list[Trained]) -> list[str]:
    if len(choices.networks) > 1 and len(choices.optimizers) == 1:
        return [run.problem.title for run in runs]
    return [run.name_among(choices.networks) for run in runs]


def _description(runs: list[Trained]) -> str:
    titles = dict.fromkeys(run.problem.title for run in runs)
    return f"{', '.join(titles)} on {runs[0].problem.data.title}"


def _between_ends(choices: LineOptions, run: Trained, other: Trained, *, label: str, stage: Stage) -> Curve:
    for one in (run, other):
        check_finite(one)
    objective = run.problem.objective(choices.policy)
    path = None
    match choices.between:
        case "start,solution":
            ends = (run.start, run.solution)
            path = _path(run, objective)
        case "solution,solution":
            ends = (run.solution, other.solution)
        case "random,solution":
            ends = (run.problem.start(choices.seed + 1), run.solution)
        case "solution,permuted":
            ends = (run.solution, run.solution.permuted(jax.random.key(choices.seed)))
    key = label if len(choices.networks) > 1 else run.rule
    return _curve(choices, objective, ends, label=label, stage=stage, colour_key=key, path=path)


def _check_ends(choices: LineOptions, objective: Objective, ends: tuple[Params, ...], held: Fixed) -> None:
    """Refuse a line on which no parameter moves, or that goes on where there are no stored statistics."""
    first, second = ends
    if norm(minus(second, first), objective.trained(first)) == 0.0 and held.note:
        raise RecipeError(
            "The two ends of the line differ in leaves alone that are held fixed; give two points whose "
            "parameters differ, or take stored statistics for parameters with fixed 'none'."
        )
    low, high, _ = choices.alphas
    if held.between and (low < 0.0 or high > 1.0):
        raise RecipeError(
            f"Beyond its ends a line has no stored statistics, such as {held.between[0]}: alphas go from "
            f"0 to 1; got {low:g} to {high:g}."
        )


def _curve(
    choices: LineOptions,
    objective: Objective,
    ends: tuple[Params, ...],
    *,
    label: str,
    stage: Stage,
    colour_key: str = "",
    path: LinePath | None = None,
) -> Curve:
    start, solution = ends
    direction = minus(solution, start)
    if norm(direction, objective.trained(start)) == 0.0:
        raise ValueError("The two ends of the line are the same point; give two different ones.")
    low, high, count = choices.alphas
    if objective.batch_norm == "inference" and (low < 0.0 or high > 1.0):
        raise RecipeError(
            "Beyond its ends a line has no stored statistics of batch norm: alphas go from 0 to 1; got "
            f"{low:g} to {high:g}; or take batch_norm recomputed."
        )
    zooms = [np.linspace(*zoom, _ZOOM_POINTS) for zoom in _ZOOMS] if _zoomed(choices) else []
    alphas = np.linspace(low, high, count)
    places = np.concatenate([alphas, [0.0, 1.0], *zooms])
    wanted = [name for name in MEASURES if name in jax.eval_shape(objective.at, start)]
    found = evaluated(
        choices, objective, start, (direction,), places[:, None], wanted=wanted, title=label, stage=stage
    )
    loss = found["train_loss"]
    along = {name: values[:count] for name, values in found.items()}
    first, last = loss[count : count + 2].tolist()
    close = np.split(loss[count + 2 :], len(zooms)) if zooms else []
    whole = from_end_to_end(alphas, along["train_loss"], (first, last))
    return Curve(
        label=label,
        colour_key=colour_key,
        alphas=alphas,
        train_loss=along["train_loss"],
        test_loss=along.get("test_loss"),
        train_accuracy=along.get("train_accuracy"),
        test_accuracy=along.get("test_accuracy"),
        initial_loss=first,
        final_loss=last,
        facts=whole and line_facts(*whole),
        barrier=whole and line_barrier(*whole),
        zooms=tuple(LineZoom(*pair) for pair in zip(zooms, close, strict=True)),
        path=path,
        length=norm(direction, objective.trained(start)),
        points=(arrays_of("start", start), arrays_of("end", solution)),
    )


def _zoomed(choices: LineOptions) -> bool:
    low, high, _ = choices.alphas
    return choices.zoom and low <= 0.0 and high >= 1.0


def _path(run: Trained, objective: Objective) -> LinePath:
    training = run.training
    mask = objective.trained(training.start)
    projection, residual = on_line(training.iterates, training.start, training.solution, mask)
    length = norm(minus(training.solution, training.start), mask)
    loss = run.measured_by(objective).loss
    return LinePath(step=training.steps, projection=projection, residual=residual / length, loss=loss)
