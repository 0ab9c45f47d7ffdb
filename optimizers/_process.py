"""A method with several workers, which is no update rule of one point."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from jaxtyping import Array, Float


class Gradient(Protocol):
    """The gradient at a point, on one of the minibatches that a step draws."""

    def __call__(self, point: Float[Array, "2"], draw: int = 0) -> Float[Array, "2"]: ...


class Process(NamedTuple):
    """Workers that read, compute and write on their own time, one event or one round a step.

    Attributes:
        init: From the start to the state before the first step, a NamedTuple of arrays whose fields an
            `Optimizer` names as its iterate, balls and series.
        step: From a state, and what gives gradients at this step, to the next state.
        draws: How many minibatches a step draws.
    """

    init: Callable[[Float[Array, "2"]], Any]
    step: Callable[[Any, Gradient], Any]
    draws: int = 1
