"""A curve of low loss between two solutions, beside the straight line between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ravine.core.pytree import Params, minus, norm
from ravine.core.recipe import RecipeError
from ravine.landscapes.geometry import Barrier, line_barrier
from ravine.landscapes.networks import Problem
from ravine.renderer.figures import LineCurve
from ravine.studies._fixed import Fixed, fixed_on_line, fixing
from ravine.studies._given import points_of
from ravine.studies._measure import MEASURES, evaluated
from ravine.studies._options import ConnectOptions
from ravine.studies._result import Arrays, Result, Row, arrays_of, digest
from ravine.studies._study import Stage, unwatched
from ravine.studies._trainings import (
    check_finite,
    problem_of,
    trained_control_point,
    trainings,
    with_rates,
)
from ravine.studies.training import bezier

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Connect(Result[ConnectOptions]):
    """A curve and a straight line from one solution to another.

    Attributes:
        alphas: Places on both, 0 at the first solution and 1 at the second.
        straight: The measures on the straight line, by name.
        curve: The losses on the curve.
        ends: Both solutions.
        bend: The curve's middle control point.
    """

    choices: ConnectOptions
    alphas: Float[np.ndarray, " places"]
    straight: dict[str, Float[np.ndarray, " places"]]
    curve: dict[str, Float[np.ndarray, " places"]]
    objective: str
    batch_norm: str
    ends: tuple[Params, Params]
    bend: Params
    held: Fixed | None = None

    @property
    def line_barrier(self) -> float:
        """The rise of the straight line above its higher end."""
        return self._barrier_on(self.straight).height

    @property
    def curve_barrier(self) -> float:
        """The rise of the curve above its higher end."""
        return self._barrier_on(self.curve).height

    def _barrier_on(self, measures: dict[str, Float[np.ndarray, " places"]]) -> Barrier:
        return line_barrier(self.alphas, measures["train_loss"])

    @property
    def line(self) -> dict[str, Float[np.ndarray, " places"] | None]:
        """The measures on the straight line, None where there are none."""
        return {name: self.straight.get(name) for name in MEASURES}

    @property
    def verdicts(self) -> dict[str, bool]:
        """The claim of Garipov et al.: the curve stays lower."""
        return {"curve_is_lower": self.curve_barrier < self.line_barrier}

    def record(self) -> dict[str, Any]:
        return {
            "alphas": self.alphas,
            "line": self.line,
            "curve": {name: self.curve.get(name) for name in MEASURES},
            "line_barrier": self.line_barrier,
            "curve_barrier": self.curve_barrier,
            "verdicts": self.verdicts,
            "seed": self.seed,
            "objective": self.objective,
            "batch_norm": self.batch_norm or None,
            "vectors": self.vectors,
            **self.fixed_record,
        }

    @property
    def vectors(self) -> dict[str, Any]:
        """Digests of the ends and of the control point, which tell them from others."""
        return {f"{name}_digest": digest(arrays_of(name, point)) for name, point in self._points.items()}

    @property
    def _points(self) -> dict[str, Params]:
        return {"start": self.ends[0], "end": self.ends[1], "bend": self.bend}

    def arrays(self) -> Arrays:
        return {key: array for point in self._points.items() for key, array in arrays_of(*point).items()}

    def table(self) -> Iterator[Row]:
        yield ("way", "alpha", *MEASURES)
        for name, measures in (("line", self.straight), ("curve", self.curve)):
            columns = [measures[measure] for measure in MEASURES if measure in measures]
            for numbers in zip(self.alphas, *columns, strict=True):
                yield (name, *numbers)

    def figure(self) -> "Figure":
        from ravine.renderer.figures import draw_connection

        choices = self.choices
        line = self._as_curve(self.straight, label="straight line", colour_key="sgd")
        curve = self._as_curve(self.curve, label="Bézier curve", colour_key="momentum")
        return draw_connection(
            line,
            curve,
            title=choices.title or "Two solutions, joined by a curve of low loss",
            subtitle=self.subtitle(self.objective, batch_norm=self.batch_norm),
            size=choices.size,
            theme=choices.theme,
        )

    def _as_curve(
        self, measures: dict[str, Float[np.ndarray, " places"]], *, label: str, colour_key: str
    ) -> LineCurve:
        return LineCurve(
            label=label,
            colour_key=colour_key,
            alphas=self.alphas,
            train_loss=measures["train_loss"],
            test_loss=measures.get("test_loss"),
            barrier=self._barrier_on(measures),
        )


def run_connect(choices: ConnectOptions, stage: Stage = unwatched) -> Connect:
    """Train two solutions and the curve between them, and measure along it and along the line."""
    choices = with_rates(choices, stage)
    problem, first, second = _ends(choices, stage)
    objective, held = problem.objective(choices.policy), None
    if choices.points:
        objective, held = fixing(objective, choices.fixed, first)
        (first, second), held = fixed_on_line(held, (first, second))
    mask = objective.trained(first)
    if norm(minus(second, first), mask) == 0.0:
        raise ValueError("The two ends of the curve are the same point; give two different ones.")
    bend = trained_control_point(choices, problem, first, second, stage, mask=mask)
    alphas = np.linspace(0.0, 1.0, choices.places)
    straight = np.stack([np.zeros_like(alphas), alphas], axis=-1)
    places = np.concatenate([straight, bezier(alphas)])
    directions = (minus(bend, first), minus(second, first))
    found = evaluated(
        choices, objective, first, directions, places, wanted=MEASURES, title="both ways", stage=stage
    )
    return Connect(
        choices=choices,
        alphas=alphas,
        straight={name: values[: len(alphas)] for name, values in found.items()},
        curve={name: values[len(alphas) :] for name, values in found.items()},
        objective=problem.description,
        batch_norm=objective.batch_norm,
        ends=(first, second),
        bend=bend,
        held=held,
    )


def _ends(choices: ConnectOptions, stage: Stage) -> tuple[Problem, Params, Params]:
    """The solutions of two seeds, or two that are given."""
    if choices.objective is not None:
        raise RecipeError("A curve is trained on minibatches, which an objective alone does not have.")
    if choices.points:
        if len(choices.points) != 2:
            raise RecipeError(f"A curve has two ends: give 2 points and not {len(choices.points)}.")
        problem = problem_of(choices, choices.networks[0])
        first, second = points_of(choices, problem.start(choices.seed))
        return problem, first, second
    one, other = (next(trainings(choices, stage, seed=choices.seed + k)) for k in range(2))
    for run in (one, other):
        check_finite(run)
    return one.problem, one.solution, other.solution
