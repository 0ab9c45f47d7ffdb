"""A learning rate that suits a network and a rule, found by trying."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from ravine.core.cache import Cache
from ravine.core.compile import RUN_FOR_SECONDS, fast_compile_jit
from ravine.core.fingerprint import fingerprint, fingerprint_facts
from ravine.core.pytree import Params
from ravine.landscapes import Order
from ravine.landscapes.networks import TRAIN_LOSS, Model, Objective, Problem, Splits
from ravine.studies.training._steps import Method, divided, first_step, measure, objective_of, run_steps
from ravine.studies.training._train import BatchSize, rows_of_steps, usual_batch_size

RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0)
"""The rates that are tried: about two a decade."""

_SHARE = 4
_MOST_STEPS = 300
_NEARLY = 0.01
"""A rate whose loss falls short of the lowest by so much of the way down there is nearly as good: the rest
of the training makes up for it, and a smaller rate is the safer one."""

MakeRule = Callable[[Any], optax.GradientTransformationExtraArgs]


def choose_rate(
    problem: Problem,
    make_rule: MakeRule,
    *,
    steps: int,
    batch_size: BatchSize | None = None,
    order: Order = "shuffled",
    difficulty: Float[np.ndarray, " examples"] | None = None,
    seed: int = 0,
    weight_decay: float = 0.0,
    start: Model | None = None,
    iterate: str | None = None,
    keep: Path | None = None,
    identity: str | None = None,
) -> float:
    """The rate whose training has the lowest loss on all training examples after a quarter of the steps.

    Trials take 300 steps at most. A trial that diverges loses; of rates that are nearly as good the smallest
    is taken, and the smallest of all where every one diverges.

    Args:
        problem: The network and its data.
        make_rule: From a rate, which JAX may be tracing, to the rule.
        steps: Of the training that is to be done.
        batch_size: As in `train`, like all the others.
        order: Of examples.
        difficulty: Of each example.
        seed: Of the start and of the minibatches.
        weight_decay: Of the trained parameters.
        start: The network to begin with.
        iterate: The field of the rule's state that is judged.
        keep: A folder for runs, in which the rates found are cached.
        identity: Tells `make_rule` from all others, as for `train`.

    Raises:
        ValueError: a number is out of range, or the order is unknown.
    """
    count = len(problem.data.train.labels)
    batch_size = usual_batch_size(count) if batch_size is None else batch_size
    trial = _Trial(make_rule, iterate, weight_decay, batch_size == "full")
    rows = rows_of_steps(
        count,
        batch_size,
        steps=steps,
        order=order,
        seed=seed,
        difficulty=difficulty,
    )[: min(-(-steps // _SHARE), _MOST_STEPS)]
    rule = _fingerprint(problem, trial, rows, start) if identity is None else identity
    if keep is None or not rule or not problem.identity:
        return _found(problem, trial, rows, seed, start)
    facts = fingerprint_facts(
        {
            "problem": problem.identity,
            "rule": rule,
            "iterate": iterate,
            "rows": rows,
            "seed": seed,
            "weight_decay": float(weight_decay),
            "start": start,
        }
    )
    cache = Cache(keep / "rates")
    found = cache.load(facts)
    if found is None:
        found = {"rate": np.array(_found(problem, trial, rows, seed, start))}
        cache.save(facts, found)
    return float(found["rate"])


def _found(
    problem: Problem, trial: "_Trial", rows: Int[np.ndarray, "steps size"], seed: int, start: Model | None
) -> float:
    params, fixed = divided(problem.start(seed) if start is None else start)
    objective, data = objective_of(problem), dict(problem.data.splits)
    first, losses = _losses(trial, problem.batch_loss, objective, params, fixed, rows, data)
    return _smallest_of_the_best(np.asarray(losses), float(first))


def _smallest_of_the_best(losses: Float[np.ndarray, " rates"], first: float) -> float:
    """The smallest rate whose loss is nearly the lowest, coming from the first one."""
    reached = np.where(np.isfinite(losses), losses, np.inf)
    lowest = reached.min()
    room = max(0.0, first - lowest) if math.isfinite(lowest) else 0.0
    return RATES[int(np.argmax(reached <= lowest + _NEARLY * room))]


class _Trial(NamedTuple):
    """The part of the trials that is fixed when they are compiled."""

    make_rule: MakeRule
    iterate: str | None
    weight_decay: float
    whole: bool

    def method(self, batch_loss: Callable[..., Array], rate: Float[Array, ""]) -> Method:
        """The method of one rate."""
        return Method(batch_loss, self.make_rule(rate), self.iterate, self.weight_decay, self.whole)


def _fingerprint(
    problem: Problem, trial: "_Trial", rows: Int[np.ndarray, "steps size"], start: Model | None
) -> str:
    """A digest of the methods of all rates; empty where none can be had."""

    def step(rate: Float[Array, ""], *others: Any) -> Any:
        return first_step(trial.method(problem.batch_loss, rate), *others)

    model = jax.eval_shape(lambda: problem.start(0)) if start is None else start
    return fingerprint(step, jnp.array(RATES)[0], *divided(model), rows[0], problem.data.train)


@partial(fast_compile_jit, options=RUN_FOR_SECONDS, static_argnums=(0, 1, 2))
def _losses(
    trial: _Trial,
    batch_loss: Callable[..., Array],
    objective: Objective,
    params: Params,
    fixed: Params,
    rows: Int[Array, "steps size"],
    data: Splits,
) -> tuple[Float[Array, ""], Float[Array, " rates"]]:
    """The training loss at the start, and at the end of each rate's trial."""

    def at(places: Params) -> Float[Array, ""]:
        return measure(objective, places, fixed, 1, data)[1][TRAIN_LOSS][0]

    def one(rate: Float[Array, ""]) -> Float[Array, ""]:
        method = trial.method(batch_loss, rate)
        begun, steps = method.init(params), len(rows)
        _, places, _ = run_steps(method, steps, begun, fixed, rows, steps, data["train"])
        return at(places)

    return at(jax.tree.map(lambda leaf: leaf[None], params)), jax.lax.map(one, jnp.array(RATES))
