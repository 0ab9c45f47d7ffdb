"""Downpour SGD: replicas fetch a server's parameters now and then, and push what gradients they have."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from ravine.optimizers._asynchronous import EventQueue, Gradient, Pending, Process, check_whole
from ravine.optimizers._checks import check_word
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def downpour(
    *,
    learning_rate: Real = 0.01,
    workers: int = 3,
    fetch_period: int = 4,
    push_period: int = 3,
    server: Literal["sgd", "adagrad"] = "sgd",
    eps: Real = 1e-8,
    seed: int = 0,
    order: tuple[int, ...] = (),
) -> Process:
    """Downpour SGD: every event is one step of one worker, with its fetch and its push.

    A worker fetches before its steps 0, `fetch_period`, twice that, ..., and pushes after its steps 0,
    `push_period`, twice that, ...

    Raises:
        HyperparameterError: a period or a number of workers is none, or the server is another one.
    """
    check_whole("downpour", "fetch_period", fetch_period, least=1)
    check_whole("downpour", "push_period", push_period, least=1)
    check_word("downpour", "server", server, ("sgd", "adagrad"))
    queue = EventQueue(method="downpour", workers=workers, seed=seed, order=order)
    downpour = _Downpour(queue, fetch_period, push_period, server == "adagrad", learning_rate, eps)
    return Process(downpour.init, downpour.step)


class _Replicas(NamedTuple):
    """Every worker's own.

    Attributes:
        workers: Its parameters.
        fetched: The server's, when it fetched last.
        version: The number of pushes that its parameters include: those before its last fetch, and its own.
        sums: Its gradients since its last push.
        steps: The number of its steps.
    """

    workers: Float[Array, "workers 2"]
    fetched: Float[Array, "workers 2"]
    version: Int[Array, " workers"]
    sums: Float[Array, "workers 2"]
    steps: Int[Array, " workers"]


class DownpourState(NamedTuple):
    """The server and its workers.

    Attributes:
        server: The server's parameters.
        squares: Its sum of squares, if it has one.
        pushes: The number so far.
        replicas: The workers.
        read: The parameters that the worker that pushed last had fetched.
        delay: The number of pushes that the worker that stepped last did not know of.
        pending: The workers' gradients in progress.
    """

    server: Float[Array, "2"]
    squares: Float[Array, "2"]
    pushes: Int[Array, ""]
    replicas: _Replicas
    read: Float[Array, "2"]
    delay: Float[Array, ""]
    pending: Pending


@dataclass(frozen=True)
class _Downpour:
    queue: EventQueue
    fetch_period: int
    push_period: int
    has_adagrad: bool
    learning_rate: Real
    eps: Real

    def init(self, start: Float[Array, "2"]) -> DownpourState:
        workers = self.queue.workers
        places, counts = jnp.tile(start, (workers, 1)), jnp.zeros(workers, jnp.int32)
        return DownpourState(
            server=start,
            squares=jnp.zeros_like(start),
            pushes=jnp.zeros([], jnp.int32),
            replicas=_Replicas(places, places, counts, jnp.zeros_like(places), counts),
            read=start,
            delay=jnp.zeros([], start.dtype),
            pending=self.queue.start(start.dtype),
        )

    def step(self, state: DownpourState, gradient: Gradient) -> DownpourState:
        event, pending = self.queue.next(state.pending)
        own = self._fetch(state, jax.tree.map(lambda values: values[event.worker], state.replicas))
        slope = gradient(own.workers)
        own = own._replace(workers=own.workers - self.learning_rate * slope, sums=own.sums + slope)
        delay = (state.pushes - own.version).astype(state.delay.dtype)
        state, own = self._push(state, own)
        own = own._replace(steps=own.steps + 1)
        replicas = jax.tree.map(lambda values, new: values.at[event.worker].set(new), state.replicas, own)
        return state._replace(replicas=replicas, delay=delay, pending=pending)

    def _fetch(self, state: DownpourState, own: _Replicas) -> _Replicas:
        """A worker's own, of one worker, after its fetch if one is due."""
        fresh = own._replace(workers=state.server, fetched=state.server, version=state.pushes)
        return _where(own.steps % self.fetch_period == 0, fresh, own)

    def _push(self, state: DownpourState, own: _Replicas) -> tuple[DownpourState, _Replicas]:
        squares, step = state.squares, self.learning_rate * own.sums
        if self.has_adagrad:
            squares = squares + own.sums**2
            step = step / jnp.sqrt(squares + self.eps)
        server = state.server - step
        after = state._replace(server=server, squares=squares, pushes=state.pushes + 1, read=own.fetched)
        pushed = after, own._replace(sums=jnp.zeros_like(own.sums), version=own.version + 1)
        return _where(own.steps % self.push_period == 0, pushed, (state, own))


def _where(condition: Array, yes: Any, no: Any) -> Any:
    return jax.tree.map(lambda one, other: jnp.where(condition, one, other), yes, no)


OPTIMIZER = Optimizer(
    rule=downpour,
    title="Downpour SGD",
    equation=r"\theta_i \leftarrow \theta \quad (\mathrm{every}\ n_{\mathrm{fetch}}\ \mathrm{steps}) \\"
    r"g_i = \nabla f_i(\theta_i), \quad \theta_i \leftarrow \theta_i - \eta\, g_i, \quad "
    r"a_i \leftarrow a_i + g_i \\"
    r"\theta \leftarrow \theta - \eta\, a_i, \quad a_i \leftarrow 0 \quad "
    r"(\mathrm{every}\ n_{\mathrm{push}}\ \mathrm{steps})",
    hyperparameters={
        "learning_rate": "learning rate of the workers and of the server, eta",
        "workers": "number of workers, at least 1",
        "fetch_period": "a worker's steps between two fetches of the server's parameters, n_fetch, at least "
        "1",
        "push_period": "a worker's steps between two pushes of its summed gradients, n_push, at least 1",
        "server": "update rule of the server: sgd or adagrad",
        "eps": "added inside the root of an adagrad server, epsilon",
        "seed": "random seed of the workers' computing times, at least 0",
        "order": "recorded numbers from 0 of the workers that act, one a step, in place of drawn ones; "
        "repeated",
    },
    family="asynchronous",
    paper="J. Dean et al., Large Scale Distributed Deep Networks",
    year=2012,
    address="https://papers.nips.cc/paper/4687-large-scale-distributed-deep-networks",
    about="Needs little talk with the server; replicas know nothing of each other and drift apart, so that "
    "what they push may no longer suit where the server is.",
    libraries="server=adagrad has one rate for the server and for the plain steps of its workers.",
    iterate="server",
    markers={"worker": "workers", "read": "read"},
    marker_kinds={"worker": "worker", "read": "read"},
    unconnected=("worker",),
    series={"delay": "delay"},
    baseline={"workers": 1, "fetch_period": 1, "push_period": 1, "order": ()},
)
