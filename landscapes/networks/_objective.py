"""A loss over parameters of any form, together with what else is measured at a point."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from jaxtyping import Array, Float

from ravine.landscapes.networks._leaves import Params as Params
from ravine.landscapes.networks._objective_error import told
from ravine.landscapes.networks._stored import parameters_by_name

Features: TypeAlias = Any
Measures: TypeAlias = Mapping[str, Float[Array, ""]]
BatchNorm: TypeAlias = Literal["", "inference", "recomputed"]

TRAIN_LOSS = "train_loss"


def _no_features(params: Params, data: Any) -> Features:
    del params, data
    return ()


def _nothing_to_raise() -> None:
    pass


@dataclass(frozen=True, kw_only=True, eq=False)
class Objective:
    """A loss whose lines and planes can be drawn.

    Attributes:
        measures: The numbers at a point by name, from the parameters, their features and the data; among
            them `train_loss`. Traceable by JAX.
        features: The part of a point that is linear in the parameters and dear to compute, such as the
            pre-activations of a first layer on all examples. On a plane it is computed for the origin and
            the directions alone.
        data: What both of them read: a pytree of arrays, passed along so that it is compiled into nothing.
        trained: Which leaves of the parameters are trained, as a pytree of booleans. The others, such as
            the stored statistics of batch norm, are constants: no part of derivatives, norms, distances and
            chosen directions. Along a line from one point to another they go from the one's to the other's,
            so that both ends have their own loss; on a plane they are those of its origin. Unless given, the
            leaves that hold real numbers, but for those that `parameters_by_name` takes for stored ones.
        batch_norm: Where its statistics come from, for a network that has it.
        name: On the picture.
        identity: What tells the objective from all others, for results that are kept; nothing is kept where
            this is empty.
        check: Raises what has gone wrong since it was last asked in a loss that runs outside JAX; to JAX that
            loss answers with NaN. See `checked`.
    """

    measures: Callable[[Params, Features, Any], Measures]
    features: Callable[[Params, Any], Features] = _no_features
    data: Any = ()
    trained: Callable[[Params], Params] = parameters_by_name
    batch_norm: BatchNorm = ""
    name: str = "loss"
    identity: str = ""
    check: Callable[[], None] = _nothing_to_raise

    @classmethod
    def of(cls, loss: Callable[[Params], Any], *, name: str = "") -> "Objective":
        """The objective of any function of the parameters in `jax.numpy`."""
        return cls(
            measures=lambda params, features, data: {TRAIN_LOSS: loss(params)},  # noqa: ARG005
            name=name or getattr(loss, "__name__", "loss"),
        )

    def at(self, params: Params) -> Measures:
        """All measures at one point."""
        return self.measures(params, self.features(params, self.data), self.data)

    def loss(self, params: Params) -> Float[Array, ""]:
        """The training loss at one point."""
        return self.at(params)[TRAIN_LOSS]

    @contextmanager
    def checked(self) -> Iterator[None]:
        """A block at whose end a loss that failed outside JAX raises its error, in place of any other.

        What the block computes is to be NumPy's by then: JAX may still be computing otherwise.

        Raises:
            ObjectiveError: a callback of the loss failed while JAX ran it.
        """
        try:
            with told(f"The objective {self.name!r}"):
                yield
        finally:
            self.check()
