"""Elastic averaging SGD: workers descend on their own, each tied to a common centre by a spring."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ravine.optimizers._asynchronous import EventQueue, Gradient, Pending, Process, check_whole
from ravine.optimizers._checks import HyperparameterError, check_word
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer

_USUAL_BETA = 0.9
"""Of the paper's experiments."""


def easgd(
    *,
    learning_rate: Real = 0.01,
    workers: int = 4,
    mode: Literal["async", "sync"] = "async",
    rho: Real | None = None,
    alpha: Real | None = None,
    beta: Real | None = None,
    period: int = 1,
    momentum: Real = 0.0,
    spread: Real = 0.0,
    worker_starts: tuple[tuple[float, float], ...] = (),
    seed: int = 0,
    order: tuple[int, ...] = (),
) -> Process:
    """EASGD, and with momentum EAMSGD.

    A worker meets the centre before its steps 0, `period`, twice that, ...

    Raises:
        HyperparameterError: a number or a list is none that fits, or the mode is another one.
    """
    check_word("easgd", "mode", mode, ("async", "sync"))
    check_whole("easgd", "period", period, least=1)
    easgd = _Easgd(
        queue=EventQueue(method="easgd", workers=workers, seed=seed, order=order),
        learning_rate=learning_rate,
        rho=rho,
        alpha=alpha,
        beta=beta,
        period=period,
        momentum=momentum,
        spread=spread,
        worker_starts=worker_starts,
    )
    if mode == "async":
        return Process(easgd.init, easgd.step_of_one)
    return Process(easgd.init, easgd.step_of_all, draws=workers)


def _is_point(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, int | float) for v in value)


class EasgdState(NamedTuple):
    """The centre and its workers.

    Attributes:
        centre: The centre variable.
        workers: Each worker's parameters.
        velocity: Each worker's.
        steps: The number of steps of each worker.
        meetings: The number of meetings so far, of any worker with the centre.
        met: The number of meetings at each worker's last.
        delay: The number of meetings between the last step and its worker's last meeting before it.
        evaluations: Of the loss, the gradient and the Hessian.
        pending: The workers' gradients in progress.
    """

    centre: Float[Array, "2"]
    workers: Float[Array, "workers 2"]
    velocity: Float[Array, "workers 2"]
    steps: Int[Array, " workers"]
    meetings: Int[Array, ""]
    met: Int[Array, " workers"]
    delay: Float[Array, ""]
    evaluations: Float[Array, "3"]
    pending: Pending


@dataclass(frozen=True, kw_only=True)
class _Easgd:
    queue: EventQueue
    learning_rate: Real
    rho: Real | None
    alpha: Real | None
    beta: Real | None
    period: int
    momentum: Real
    spread: Real
    worker_starts: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        starts, count = self.worker_starts, self.queue.workers
        if starts and not (len(starts) == count and all(map(_is_point, starts))):
            raise HyperparameterError(
                f"worker_starts of easgd must hold {count} points, one a worker; got {starts!r}."
            )

    @property
    def pulls(self) -> tuple[Real, Real]:
        """The moving rates of a worker towards the centre, and of the centre towards the workers' mean."""
        count = self.queue.workers
        if self.alpha is not None:
            alpha = self.alpha
        elif self.rho is not None:
            alpha = self.learning_rate * self.rho
        else:
            alpha = (_USUAL_BETA if self.beta is None else self.beta) / count
        return alpha, count * alpha if self.beta is None else self.beta

    def init(self, start: Float[Array, "2"]) -> EasgdState:
        """The centre at the start, and the workers on it or around it."""
        places = self._places(start)
        zero, zeros = jnp.zeros([], jnp.int32), jnp.zeros(len(places), jnp.int32)
        return EasgdState(
            centre=places.mean(0) if self.worker_starts else start,
            workers=places,
            velocity=jnp.zeros_like(places),
            steps=zeros,
            meetings=zero,
            met=zeros,
            delay=jnp.zeros([], start.dtype),
            evaluations=jnp.zeros(3, start.dtype),
            pending=self.queue.start(start.dtype),
        )

    def _places(self, start: Float[Array, "2"]) -> Float[Array, "workers 2"]:
        if self.worker_starts:
            return jnp.asarray(self.worker_starts, start.dtype)
        count = self.queue.workers
        turns = (np.arange(count) + np.random.default_rng(self.queue.seed).uniform()) / count
        around = np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=-1)
        return start[None] + self.spread * jnp.asarray(around, start.dtype)

    def step_of_one(self, state: EasgdState, gradient: Gradient) -> EasgdState:
        """One worker meets the centre, if it is time, and steps by the gradient from before that."""
        event, pending = self.queue.next(state.pending)
        who = event.worker
        place, velocity = state.workers[who], state.velocity[who]
        velocity = self._faster(velocity, gradient(place + self.momentum * velocity))
        meets = state.steps[who] % self.period == 0
        pull = jnp.where(meets, self.pulls[0], 0.0) * (place - state.centre)
        meetings = state.meetings + meets
        return EasgdState(
            centre=state.centre + pull,
            workers=state.workers.at[who].set(place - pull + velocity),
            velocity=state.velocity.at[who].set(velocity),
            steps=state.steps.at[who].add(1),
            meetings=meetings,
            met=state.met.at[who].set(jnp.where(meets, meetings, state.met[who])),
            delay=(state.meetings - state.met[who]).astype(state.delay.dtype),
            evaluations=state.evaluations.at[1].add(1),
            pending=pending,
        )

    def step_of_all(self, state: EasgdState, gradient: Gradient) -> EasgdState:
        """All workers step, and meet the centre where all of them were before, if it is time."""
        ahead = state.workers + self.momentum * state.velocity
        slopes = jnp.stack([gradient(ahead[draw], draw) for draw in range(len(ahead))])
        velocity = self._faster(state.velocity, slopes)
        meets = state.steps[0] % self.period == 0
        alpha, beta = (jnp.where(meets, pull, 0.0) for pull in self.pulls)
        apart = state.workers - state.centre[None]
        return state._replace(
            centre=state.centre + beta * apart.mean(0),
            workers=state.workers - alpha * apart + velocity,
            velocity=velocity,
            steps=state.steps + 1,
            evaluations=state.evaluations.at[1].add(len(ahead)),
        )

    def _faster(self, velocity: Float[Array, "*n 2"], slope: Float[Array, "*n 2"]) -> Float[Array, "*n 2"]:
        return self.momentum * velocity - self.learning_rate * slope


OPTIMIZER = Optimizer(
    rule=easgd,
    title="EASGD",
    equation=r"v_i \leftarrow \delta v_i - \eta\, \nabla f_i(\theta_i + \delta v_i) \\"
    r"d = \alpha\, (\theta_i - \tilde\theta), \quad \theta_i \leftarrow \theta_i + v_i - d \\"
    r"\tilde\theta \leftarrow \tilde\theta + d",
    hyperparameters={
        "learning_rate": "learning rate of the workers, eta",
        "workers": "number of workers, at least 1",
        "mode": "async: a step is one worker's, at its own time; sync: a step is one of all workers",
        "rho": "strength of the elastic force, at least 0; sets alpha to learning_rate * rho unless alpha "
        "is given",
        "alpha": "moving rate of a worker towards the centre, in [0, 1]; from rho if that is given, else "
        "beta / workers",
        "beta": "moving rate of the centre towards the workers' mean in sync; workers * alpha, or 0.9 if "
        "neither alpha nor rho is given",
        "period": "a worker's steps between two meetings with the centre, tau, at least 1",
        "momentum": "Nesterov momentum of the workers, delta, in [0, 1)",
        "spread": "radius of the circle around the start on which the workers begin; without it sync "
        "workers stay together unless each sees minibatches of its own",
        "worker_starts": "list of the workers' starting points, whatever the start; the centre begins at "
        "their mean",
        "seed": "random seed of the workers' computing times and of their places around the start, at least "
        "0",
        "order": "recorded numbers from 0 of the workers that act in async, one a step, in place of drawn "
        "ones; repeated",
    },
    family="asynchronous",
    paper="S. Zhang, A. Choromanska and Y. LeCun, Deep learning with Elastic Averaging SGD",
    year=2015,
    address="https://arxiv.org/abs/1412.6651",
    about="Lets workers explore around a centre that smooths their noise; weak springs let them settle in "
    "different valleys.",
    libraries="With momentum it is the paper's EAMSGD. mode=sync is its synchronous form: all workers step "
    "at once, and the centre moves by the sum of their d.",
    iterate="centre",
    markers={"worker": "workers"},
    marker_kinds={"worker": "worker"},
    series={"delay": "delay"},
    evaluations="evaluations",
    baseline={"mode": "sync"},
)
