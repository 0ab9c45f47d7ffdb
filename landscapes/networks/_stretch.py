"""A stretch of a training: what one part of the steps led through, and what the next one starts from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from ravine.landscapes.networks._network import Model


class Stretch(NamedTuple):
    """Steps one after the other. All arrays lie on the host.

    Attributes:
        first: How many steps were taken before it.
        steps: Those after which the iterate was kept; 0, which is the start, is part of the first stretch.
        iterates: As one network whose leaves have a first axis for the kept iterates.
        batch_losses: Of every step's minibatch, at the iterate before the step.
        measures: At the kept iterates.
        carried: What the step after the last one starts from, leaf by leaf; None where that was cut off.
    """

    first: int
    steps: Int[np.ndarray, " kept"]
    iterates: Model
    batch_losses: Float[np.ndarray, " taken"]
    measures: Mapping[str, Float[np.ndarray, " kept"]]
    carried: tuple[np.ndarray, ...] | None

    @property
    def last(self) -> int:
        """How many steps were taken when it ended."""
        return self.first + len(self.batch_losses)

    def iterate(self, place: int) -> Model:
        """The kept iterate at this place."""
        return jax.tree.map(lambda leaf: leaf[place], self.iterates)

    def up_to(self, step: int) -> "Stretch":
        """Its part up to a step after which the iterate was kept."""
        if step >= self.last:
            return self
        kept = self.steps <= step
        return Stretch(
            first=self.first,
            steps=self.steps[kept],
            iterates=jax.tree.map(lambda leaf: leaf[kept], self.iterates),
            batch_losses=self.batch_losses[: step - self.first],
            measures={name: values[kept] for name, values in self.measures.items()},
            carried=None,
        )


def joined(stretches: Sequence[Stretch]) -> Stretch:
    """One stretch of several, each of which goes on where the one before it ended."""
    if len(stretches) == 1:
        return stretches[0]
    steps, iterates, batch_losses, measures = jax.tree.map(
        lambda *parts: np.concatenate(parts),
        *((one.steps, one.iterates, one.batch_losses, dict(one.measures)) for one in stretches),
    )
    return Stretch(stretches[0].first, steps, iterates, batch_losses, measures, stretches[-1].carried)
