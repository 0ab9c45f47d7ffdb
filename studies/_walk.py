"""A walk with SGD: what the loss does between an update and the next."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ravine.core.pytree import Params, minus
from ravine.landscapes import minibatches
from ravine.landscapes.curvature import NotFiniteError, extremes
from ravine.landscapes.evaluation import evaluate
from ravine.landscapes.geometry import cosines, distances, interior_share, stacked
from ravine.landscapes.networks import Objective
from ravine.renderer.figures import WalkRun
from ravine.studies._fixed import Fixed, fixed_on_walk
from ravine.studies._given import given, is_given
from ravine.studies._measure import gradients_at, slope_of
from ravine.studies._options import WalkOptions
from ravine.studies._result import Result, Row
from ravine.studies._study import OnDone, Stage, unwatched
from ravine.studies._trainings import Trained, trainings, with_rates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ALPHAS = np.linspace(0.0, 1.0, 11)

_RECORDED = (
    *("alphas", "losses", "cosines", "distances", "sharpness", "sharpness_at"),
    *("stable_sharpness", "interior_share"),
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Walk(Result[WalkOptions]):
    """The updates of one run or several.

    Attributes:
        runs: In their order. The cosines are of the gradients of the minibatches that the updates saw, with
            the weight decay; a rule that takes its gradients elsewhere was given other ones.
    """

    choices: WalkOptions
    runs: tuple[WalkRun, ...]
    objective: str
    batch_norm: str
    held: Fixed | None = None

    @property
    def label(self) -> str:
        """Of the first run, as all numbers that follow."""
        return self.runs[0].label

    @property
    def alphas(self) -> Float[np.ndarray, " alphas"]:
        """Places between two iterates."""
        return self.runs[0].alphas

    @property
    def losses(self) -> Float[np.ndarray, "updates alphas"]:
        """The training loss there, for each pair of consecutive iterates."""
        return self.runs[0].losses

    @property
    def cosines(self) -> Float[np.ndarray, " pairs"]:
        """Between the gradients at successive iterates."""
        return self.runs[0].cosines

    @property
    def distances(self) -> Float[np.ndarray, " iterates"]:
        """Of the iterates from the start."""
        return self.runs[0].distances

    @property
    def sharpness(self) -> Float[np.ndarray, " places"]:
        """The largest eigenvalue of the Hessian at some iterates."""
        return self.runs[0].sharpness

    @property
    def sharpness_at(self) -> Int[np.ndarray, " places"]:
        """The iterates at which the sharpness was computed."""
        return self.runs[0].sharpness_at

    @property
    def stable_sharpness(self) -> float | None:
        """The sharpness beyond which gradient descent at its rate diverges."""
        return self.runs[0].stable_sharpness

    @property
    def interior_share(self) -> float:
        """The share of updates between whose ends the loss has its lowest."""
        return self.runs[0].interior_share

    def record(self) -> dict[str, Any]:
        first, *others = (
            {"label": run.label, **{name: getattr(run, name) for name in _RECORDED}} for run in self.runs
        )
        return {
            **first,
            "seed": self.choices.seed,
            "objective": self.objective,
            "batch_norm": self.batch_norm or None,
            **self.fixed_record,
            "verdicts": self.verdicts,
            **({"runs": [first, *others]} if others else {}),
        }

    def table(self) -> Iterator[Row]:
        yield ("label", "update", "alpha", "loss", "cosine", "distance")
        for run in self.runs:
            for update, losses in enumerate(run.losses):
                cosine = run.cosines[update - 1] if update else None
                for alpha, loss in zip(run.alphas, losses, strict=True):
                    yield (run.label, update, alpha, loss, cosine, run.distances[update])

    def figure(self) -> "Figure":
        from ravine.renderer.figures import draw_walk

        choices = self.choices
        return draw_walk(
            self.runs,
            title=choices.title or "What the loss does from one update to the next",
            subtitle=self.subtitle(self.objective, batch_norm=self.batch_norm),
            size=choices.size,
            theme=choices.theme,
        )

    @property
    def verdicts(self) -> dict[str, bool]:
        """The claims of Xing et al. on the first runs, one by one."""
        first, *others = self.runs
        found = {"most_minima_inside": first.interior_share > 0.5}
        if others:
            found["farther_than_the_first"] = bool(others[0].distances[-1] > first.distances[-1])
        if others and len(first.cosines) and len(others[0].cosines):
            found["cosine_above_the_first"] = _late(others[0].cosines) > _late(first.cosines)
        return found


def _late(cosines: Float[np.ndarray, " pairs"]) -> float:
    """The mean of the last twenty."""
    return float(np.mean(cosines[-20:]))


def run_walk(choices: WalkOptions, stage: Stage = unwatched) -> Walk:
    """Train what is to be trained, and look between its iterates."""
    choices = with_rates(choices, stage)
    if is_given(choices):
        found = given(choices, least=3)
        objective = found.objective
        mask = objective.trained(found.points[0])
        iterates = stacked(found.points, mask)
        rows = np.zeros((len(found.points) - 1, 0), dtype=np.int32)
        with objective.checked():
            gradients = gradients_at(lambda point, _: slope_of(objective, point, mask), iterates, rows)
            run = _walked(choices, objective, iterates, gradients, label=found.label, stage=stage)
        return Walk(
            choices=choices,
            runs=(run,),
            objective=objective.name,
            batch_norm=objective.batch_norm,
            held=fixed_on_walk(found.fixed, found.points),
        )
    runs = list(trainings(choices, stage))
    return Walk(
        choices=choices,
        runs=tuple(_walk_of(choices, run, stage) for run in runs),
        objective=", ".join(dict.fromkeys(run.problem.description for run in runs)),
        batch_norm=max(run.problem.objective(choices.policy).batch_norm for run in runs),
    )


def _walk_of(choices: WalkOptions, run: Trained, stage: Stage) -> WalkRun:
    problem, iterates = run.problem, run.iterates
    split = problem.data.train
    inputs, labels = jnp.asarray(split.inputs), jnp.asarray(split.labels)

    def gradient(model: Params, rows: Any) -> Params:
        slope = eqx.filter_grad(problem.batch_loss)(model, inputs[rows], labels[rows])
        return jax.tree.map(lambda own, leaf: own + choices.weight_decay * leaf, slope, model)

    rate = run.setting.hyperparameters.get("learning_rate")
    return _walked(
        choices,
        problem.objective(choices.policy),
        iterates,
        gradients_at(gradient, iterates, _rows(choices, run)),
        label=run.name_among(choices.networks),
        colour_key=run.rule,
        rate=rate if isinstance(rate, float) and run.setting.optimizer.step_form == "gradient" else None,
        stage=stage,
    )


def _rows(choices: WalkOptions, run: Trained) -> Int[np.ndarray, "updates size"]:
    """The examples that each update saw."""
    count = len(run.problem.data.train.labels)
    size = None if run.batch_size == "full" else int(run.batch_size)
    updates = len(run.steps) - 1
    found = minibatches(count, size=size, steps=updates, order=choices.batch_order, seed=choices.seed)
    return found[:, 0]


def _walked(
    choices: WalkOptions,
    objective: Objective,
    iterates: Params,
    gradients: Params,
    *,
    label: str,
    stage: Stage,
    colour_key: str = "",
    rate: float | None = None,
) -> WalkRun:
    count = len(jax.tree.leaves(iterates)[0])
    points = [jax.tree.map(lambda leaf, k=k: leaf[k], iterates) for k in range(count)]
    mask = objective.trained(points[0])
    with stage(f"{label}: between its iterates", count - 1) as on_update:
        losses = [
            _between(choices, objective, *pair, on_update, update)
            for update, pair in enumerate(pairwise(points))
        ]
    places = np.arange(0, count, choices.sharpness_every)
    with stage(f"{label}: sharpness", len(places)) as on_point:
        sharpness = [
            _sharpness(choices, objective, points[place], on_point, k) for k, place in enumerate(places)
        ]
    between = np.stack(losses)
    return WalkRun(
        label=label,
        colour_key=colour_key,
        alphas=_ALPHAS,
        losses=between,
        interior_share=interior_share(between),
        cosines=cosines(gradients, mask),
        distances=distances(iterates, mask),
        sharpness_at=places,
        sharpness=np.array(sharpness),
        rate=rate,
    )


def _sharpness(choices: WalkOptions, objective: Objective, point: Params, on_point: OnDone, k: int) -> float:
    """The largest eigenvalue of the Hessian."""
    sharpness = np.nan
    with suppress(NotFiniteError):
        sharpness = extremes(objective, point, seed=choices.seed)[1]
    on_point(k + 1)
    return sharpness


def _between(
    choices: WalkOptions,
    objective: Objective,
    point: Params,
    following: Params,
    on_update: OnDone,
    update: int,
) -> Float[np.ndarray, " alphas"]:
    """The losses from one iterate to the next."""
    direction = minus(following, point)
    found = evaluate(objective, point, (direction,), _ALPHAS[:, None], memory_mb=choices.memory)
    on_update(update + 1)
    return found["train_loss"]
