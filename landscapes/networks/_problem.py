"""A network on data: what there is to train, and its loss as an objective."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ravine.core.compile import RUN_FOR_SECONDS, fast_compile_jit
from ravine.landscapes.networks._data import Data, Splits
from ravine.landscapes.networks._network import Model, Network, trained
from ravine.landscapes.networks._objective import BatchNorm, Features, Measures, Objective


def cross_entropy(
    logits: Float[Array, "examples classes"], labels: Int[Array, " examples"]
) -> Float[Array, ""]:
    """The mean over the examples of -log softmax(logits)[label]."""
    rows = logits.T  # of all examples one class after the other: twice as quick to sum over
    shifted = rows - jax.lax.stop_gradient(rows.max(axis=0, keepdims=True))
    chosen = jnp.take_along_axis(shifted, labels[None], axis=0)[0]
    return jnp.mean(jnp.log(jnp.exp(shifted).sum(axis=0)) - chosen)


def accuracy(logits: Float[Array, "examples classes"], labels: Int[Array, " examples"]) -> Float[Array, ""]:
    """The share of examples whose highest logit is their label's."""
    return jnp.mean(logits.argmax(axis=-1) == labels)


Policy = Literal["inference", "recomputed"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """A network on data.

    Attributes:
        options: The network's own, such as its activation.
    """

    network: Network
    data: Data
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", self.network.check(self.options))

    def start(self, seed: int) -> Model:
        """A new network with random weights, its batch norm measured on the training examples."""
        return _start(self, jax.random.key(seed), self.data.train.inputs)

    def recalibrated(self, model: Model) -> Model:
        """Recompute the stored statistics of batch norm on the training examples."""
        return _recalibrated(model, self.data.train.inputs)

    @staticmethod
    def batch_loss(
        model: Model, inputs: Float[Array, "examples ..."], labels: Int[Array, " examples"]
    ) -> Float[Array, ""]:
        """The loss that a training step sees: batch norm goes by the batch."""
        return cross_entropy(model.logits(model.features(inputs), use_batch_statistics=True), labels)

    def objective(self, batch_norm: Policy) -> Objective:
        """Loss and accuracy on all training and on all test examples.

        Args:
            batch_norm: By the stored statistics, or by those recomputed on the training examples at each
                point; test examples never go by their own.
        """
        has_batch_norm = self.network.has_batch_norm(**self.options)
        return _objective(self, batch_norm if has_batch_norm else "")

    @property
    def title(self) -> str:
        """The network's name with the options that are not the usual ones."""
        usual = self.network.defaults
        chosen = [_describe(key, value) for key, value in self.options.items() if value != usual[key]]
        return " ".join([self.network.title, f"({', '.join(chosen)})" if chosen else ""]).strip()

    @property
    def description(self) -> str:
        """Network and data in words."""
        return f"{self.title} on {self.data.title}"

    @property
    def identity(self) -> str:
        """The text that identifies the problem; empty of a network that is not the catalogue's."""
        from ravine.landscapes.networks.models import catalogue

        if not catalogue.holds(self.network):
            return ""
        return f"{self.network.name} {sorted(self.options.items())} {self.data.identity}"


@lru_cache(maxsize=4)  # each holds its data
def _objective(problem: Problem, batch_norm: BatchNorm) -> Objective:
    """The same objective each time: programs are compiled for one."""
    recompute = batch_norm == "recomputed"

    def features(params: Model, data: Splits) -> Features:
        return {name: params.features(split.inputs) for name, split in data.items()}

    def measures(params: Model, features: Features, data: Any) -> Measures:
        recalibrated, found = params.recalibrated_by(features["train"]) if recompute else params, {}
        logits = {
            "train": params.logits(features["train"], use_batch_statistics=recompute),
            "test": recalibrated.logits(features["test"], use_batch_statistics=False),
        }
        for name, split in data.items():
            found[f"{name}_loss"] = cross_entropy(logits[name], split.labels)
            found[f"{name}_accuracy"] = accuracy(logits[name], split.labels)
        return found

    return Objective(
        measures=measures,
        features=features,
        data=jax.tree.map(jnp.asarray, problem.data.splits),
        trained=trained,
        batch_norm=batch_norm,
        name=problem.description,
        identity=f"{problem.identity} {batch_norm}" if problem.identity else "",
    )


@partial(fast_compile_jit, options=RUN_FOR_SECONDS, static_argnums=0)
def _start(problem: Problem, key: PRNGKeyArray, inputs: Any) -> Model:
    data = problem.data
    model = problem.network.build(key, shape=data.shape, classes=data.classes, **problem.options)
    return _recalibrated(model, inputs)


@partial(fast_compile_jit, options=RUN_FOR_SECONDS)
def _recalibrated(model: Model, inputs: Any) -> Model:
    return model.recalibrated(jnp.asarray(inputs))


def _describe(key: str, value: Any) -> str:
    words = key.replace("_", " ")
    if isinstance(value, bool):
        return words if value else f"no {words}"
    if isinstance(value, tuple):
        return f"{words} {'-'.join(map(str, value))}"
    return value if isinstance(value, str) else f"{words} {value}"


def check_first_loss(problem: Problem, loss: float) -> None:
    """Refuse to train from where the loss is not finite.

    Args:
        problem: The problem to train.
        loss: The loss at its start.

    Raises:
        ValueError: naming the loss and how large the inputs are.
    """
    if not math.isfinite(loss):
        most = np.abs(problem.data.train.inputs).max()
        raise ValueError(
            f"The training loss of {problem.network.title} on {problem.data.title} is {loss:g} at the start, "
            f"before any step; scale the inputs, which reach {most:.3g}, to about 1."
        )
