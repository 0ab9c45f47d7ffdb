"""Training a network by any rule, keeping iterates on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

import jax
import numpy as np
import optax
from jaxtyping import Float, Int

from ravine.core.cache import Facts
from ravine.core.fingerprint import cache_key, fingerprint_facts
from ravine.landscapes import ORDERS, Order, minibatches
from ravine.landscapes.networks import Model, Problem, check_first_loss
from ravine.studies.training._plan import Plan, joined
from ravine.studies.training._run_cache import RunCache
from ravine.studies.training._steps import Method

BatchSize: TypeAlias = int | Literal["full"]


_USUAL = 100


def usual_batch_size(count: int) -> int:
    """The examples of a step where nothing else is said."""
    return min(_USUAL, count)


def rows_of_steps(
    count: int,
    size: BatchSize,
    *,
    steps: int,
    order: Order,
    seed: int,
    difficulty: Float[np.ndarray, " examples"] | None,
) -> Int[np.ndarray, "steps size"]:
    """The examples of every step; none are named where each step sees all.

    Args:
        count: The number of examples.
        size: Examples of a minibatch, or "full".
        steps: The number of steps.
        order: As for `minibatches`.
        seed: Of the random order.
        difficulty: Of each example, for a curriculum.

    Raises:
        ValueError: there are no steps, the size is no number of examples, the order is unknown, or a
            curriculum has no difficulty of each example.
    """
    if steps < 1:
        raise ValueError(f"A training takes at least 1 step; got {steps}.")
    if size == "full":
        if order not in ORDERS:
            raise ValueError(f"The order of examples is one of {', '.join(ORDERS)}; got {order!r}.")
        return np.zeros((steps, 0), np.int32)
    rows = minibatches(count, size=size, steps=steps, order=order, seed=seed, difficulty=difficulty)
    return rows[:, 0].astype(np.int32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Training:
    """A run, with the iterates that were saved. All arrays lie on the host.

    Attributes:
        steps: The steps after which iterates were saved, 0 first.
        iterates: As one network whose leaves have a first axis for the saved iterates; the stored statistics
            of batch norm are recomputed for each.
        batch_losses: The loss of every step's minibatch, before the step and without weight decay.
        measures: `train_loss`, `test_loss`, `train_accuracy` and `test_accuracy` on all examples, at the
            saved iterates.
        stopped_at: The step at which the run was stopped early, if it was.
        seed: Of the start, unless that was given, and of the minibatches.
        fingerprint_facts: The inputs that determine the numbers, but for the number of steps.
    """

    steps: Int[np.ndarray, " saved"]
    iterates: Model
    batch_losses: Float[np.ndarray, " steps"]
    measures: Mapping[str, Float[np.ndarray, " saved"]]
    stopped_at: int | None = None
    seed: int = 0
    fingerprint_facts: Facts = field(default_factory=dict)

    def iterate(self, place: int) -> Model:
        """The saved iterate at this place, counted from 0, or from the last one by negative numbers."""
        return jax.tree.map(lambda leaf: leaf[place], self.iterates)

    @property
    def start(self) -> Model:
        """The network before the first step."""
        return self.iterate(0)

    @property
    def solution(self) -> Model:
        """The network after the last step."""
        return self.iterate(-1)

    @property
    def diverged_at(self) -> int | None:
        """The first step at which a loss was seen that is not finite, if any was."""
        in_batches = np.flatnonzero(~np.isfinite(self.batch_losses))
        at_kept = self.steps[~np.isfinite(self.measures["train_loss"])]
        return min((int(at[0]) for at in (in_batches, at_kept) if len(at)), default=None)


def train(
    problem: Problem,
    rule: optax.GradientTransformationExtraArgs,
    *,
    steps: int,
    batch_size: BatchSize | None = None,
    order: Order = "shuffled",
    difficulty: Float[np.ndarray, " examples"] | None = None,
    seed: int = 0,
    save_every: int = 1,
    weight_decay: float = 0.0,
    early_stopping: int | None = None,
    start: Model | None = None,
    iterate: str | None = None,
    keep: Path | None = None,
    identity: str | None = None,
    on_step: Callable[[int], None] | None = None,
) -> Training:
    """Train a network in 32 bits.

    A step sees one minibatch: its loss, the gradient of that, and the loss as a function of the parameters,
    for rules that look elsewhere. A run that diverges is no error: it goes on, and its numbers say so.

    Args:
        problem: The network and its data.
        rule: An optax transformation, learning rate and schedule included.
        steps: The number of steps.
        batch_size: Examples a step, or "full" for all of them; 100 unless given, or all if there are fewer.
        order: The order in which examples are drawn, see `minibatches`.
        difficulty: Of each training example, for a curriculum.
        seed: Of the start, unless one is given, and of the minibatches.
        save_every: The start and the iterate after each so many steps are saved, and the last one.
        weight_decay: Times the trained parameters is added to the gradient, biases included: half of it times
            their squared norm is a part of the loss that the rule sees.
        early_stopping: The loss on all test examples is measured at the saved iterates; the run ends at the
            first of them at which it has not beaten its best for so many steps.
        start: The network to begin with; a new one unless given.
        iterate: The field of the rule's state that holds the published iterate, for a rule whose gradients
            are taken elsewhere. Saved iterates are taken from it.
        keep: A folder for runs: the same one is not trained twice, one that was interrupted goes on where it
            was last saved, and a longer one where a shorter one ended. A folder that cannot be used is done
            without.
        identity: Tells the rule from all others, as its text does; unless given, the equations of a step do.
            Nothing is cached where it is empty, as of a rule that steps outside JAX, nor of a network that is
            not the catalogue's.
        on_step: Called now and then with the number of steps done.

    Raises:
        ValueError: a number is out of range, the order is unknown, or the loss at the start is not finite.
    """
    count = len(problem.data.train.labels)
    batch_size = usual_batch_size(count) if batch_size is None else batch_size
    method = Method(problem.batch_loss, rule, iterate, weight_decay, batch_size == "full")
    rows = rows_of_steps(
        count,
        batch_size,
        steps=steps,
        order=order,
        seed=seed,
        difficulty=difficulty,
    )
    plan = Plan(
        problem=problem,
        method=method,
        steps=steps,
        every=save_every,
        patience=early_stopping,
        rows=rows,
        seed=seed,
        given=start,
        on_step=on_step or (lambda step: None),  # noqa: ARG005
    )
    digest = identity or plan.fingerprint
    plan = replace(plan, method=method._replace(digest=digest or object()))
    facts = fingerprint_facts(
        {
            "problem": problem.identity,
            "rule": digest if identity is None else identity,
            "iterate": iterate,
            "batch_size": batch_size,
            "order": order,
            "pace": (steps, difficulty) if order == "curriculum" else None,
            "seed": seed,
            "keep_every": save_every,
            "weight_decay": float(weight_decay),
            "start": start,
        }
    )
    cacheable = facts["problem"] and facts["rule"]
    cache = RunCache(keep if cacheable else None, cache_key(facts), every=save_every)
    return replace(_run(plan, cache), fingerprint_facts=facts)


def _run(plan: Plan, cache: RunCache) -> Training:
    """Do what is left of a plan."""
    done = cache.load(plan.like, steps=plan.steps)
    segments = [done] if done else []
    stopped_at = plan.stopped_at(segments) if done else None
    plan.on_step(done.last if done else 0)
    with cache:
        for segment in plan.segments(done) if stopped_at is None else ():
            segments.append(segment)
            check_first_loss(plan.problem, segments[0].measures["train_loss"][0])
            cache.add(segment)
            stopped_at = plan.stopped_at(segments)
            if stopped_at is not None:
                break
    whole = joined(segments).up_to(plan.steps if stopped_at is None else stopped_at)
    return Training(
        steps=whole.steps,
        iterates=whole.iterates,
        batch_losses=whole.batch_losses,
        measures=whole.measures,
        stopped_at=stopped_at,
        seed=plan.seed,
    )
