"""The record of a network, and what every network's parameters can do."""

import abc
import difflib
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias, TypeVar, get_args

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ravine.core.catalogue import check_documented
from ravine.landscapes.networks._layers import (
    ACTIVATIONS,
    BatchNorm,
    Dense,
    cycle,
    glorot,
    inputs_reordered,
    of_pieces,
    outputs_reordered,
)

Features: TypeAlias = Any
"""A pytree of arrays that is linear in the first layer's parameters, in the layout that suits the network."""

Normalise: TypeAlias = Callable[[BatchNorm, Array], Array]

Self = TypeVar("Self", bound="Model")

BATCH_NORM = "batch_norm"


class NetworkError(ValueError):
    """A network that cannot be built so: an option that it does not have, or data that it does not take."""


class Model(eqx.Module):
    """A network's parameters, with what can be computed from them.

    All work is on whole batches. Every leaf is an array, and models of one architecture differ in their
    leaves alone, so that `jax.tree.map` goes over two of them.
    """

    @abc.abstractmethod
    def features(self, inputs: Float[Array | np.ndarray, "examples features"]) -> Features:
        """The first layer's pre-activations.

        They are linear in the first layer's trained parameters, biases included, and all other parameters
        leave them as they are.
        """

    @abc.abstractmethod
    def forward(self, features: Features, normalise: Normalise) -> Float[Array, "examples classes"]:
        """The logits.

        Args:
            features: As `features` gives them.
            normalise: The normalisation that a batch norm applies to its signals.
        """

    @abc.abstractmethod
    def permuted(self: Self, key: PRNGKeyArray) -> Self:
        """The same function with the units of every hidden layer in another order."""

    def logits(self, features: Features, *, use_batch_statistics: bool) -> Float[Array, "examples classes"]:
        """The logits.

        Args:
            features: As `features` gives them.
            use_batch_statistics: True if batch norm goes by these examples, not by its stored statistics.
        """
        return self.forward(features, _by_own if use_batch_statistics else _by_stored)

    def recalibrated(self: Self, inputs: Float[Array | np.ndarray, "examples features"]) -> Self:
        """The network with the stored statistics of batch norm measured on these examples."""
        return self.recalibrated_by(self.features(inputs))

    def recalibrated_by(self: Self, features: Features) -> Self:
        """The network with the stored statistics of batch norm measured on the examples of these features.

        Each layer's are measured behind layers that go by their own, so that the stored ones then give these
        examples the logits that their own do.
        """
        measured: dict[int, BatchNorm] = {}

        def measure(norm: BatchNorm, signals: Array) -> Array:
            measured[id(norm)] = norm.measured(signals)
            return measured[id(norm)](signals)

        self.forward(features, measure)
        return jax.tree.map(lambda node: measured.get(id(node), node), self, is_leaf=_is_batch_norm)


def trained(model: Any) -> Any:
    """Mask the trained leaves, all but the stored statistics of batch norm, as a pytree of booleans."""
    return jax.tree.map(
        lambda node: node.trained if isinstance(node, BatchNorm) else True, model, is_leaf=_is_batch_norm
    )


def _by_own(norm: BatchNorm, signals: Array) -> Array:
    return norm.measured(signals)(signals)


def _by_stored(norm: BatchNorm, signals: Array) -> Array:
    return norm(signals)


def _is_batch_norm(node: Any) -> bool:
    return isinstance(node, BatchNorm)


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """A kind of network with its facts.

    Attributes:
        build: Makes one with random weights from a key, `shape` (of one example), `classes` and its options,
            which are keyword arguments with defaults.
        title: Its name as printed on a picture.
        options: The meaning of each option in one line, in their order.
        about: Its purpose, in one sentence.
        paper: Authors and title.
        year: Of the paper.
        address: The paper's web address.
        name: The catalogue's name, which is the builder's.
    """

    build: Callable[..., Model]
    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    paper: str = ""
    year: int | None = None
    address: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.build.__name__)
        check_documented(self.name, self.options, self.defaults)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The options with their defaults."""
        return {name: parameter.default for name, parameter in self._parameters.items()}

    def has_batch_norm(self, **options: Any) -> bool:
        """Tell whether a network of these options has batch norm."""
        return bool({**self.defaults, **options}.get(BATCH_NORM, False))

    def check(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options, with lists as tuples and whole numbers made real where the default is real.

        Raises:
            NetworkError: the network has no such option, or the value is of another kind.
        """
        return {key: self._check_one(key, value) for key, value in options.items()}

    @cached_property
    def _parameters(self) -> dict[str, inspect.Parameter]:
        parameters = inspect.signature(self.build).parameters
        return {name: it for name, it in parameters.items() if it.default is not inspect.Parameter.empty}

    def _check_one(self, key: str, value: Any) -> Any:
        if key not in self._parameters:
            near = difflib.get_close_matches(key, self._parameters, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            known = ", ".join(self._parameters) or "none"
            raise NetworkError(f"{self.name} has no option {key!r}.{hint} It has {known}.")
        default, words = self.defaults[key], get_args(self._parameters[key].annotation)
        accepted, what = _accepted(value, default, words if isinstance(default, str) else ())
        if accepted is None:
            raise NetworkError(f"{key} of {self.name} must be {what}; got {value!r}.")
        return accepted


def _accepted(value: Any, default: Any, words: tuple[str, ...]) -> tuple[Any, str]:
    """The value as the network takes it, or None, and what it must be."""
    match default:
        case bool():
            return (value if isinstance(value, bool) else None), "true or false"
        case int():
            return (value if _is_count(value) else None), "a whole number of at least 1"
        case float():
            return (float(value) if _is_positive(value) else None), "a positive number"
        case str():
            return (value if value in words else None), f"one of {', '.join(words)}"
        case _:
            counts = tuple(value) if isinstance(value, list | tuple) else (value,)
            good = counts and all(map(_is_count, counts))
            return (counts if good else None), "a list of whole numbers of at least 1"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_positive(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value > 0


class DenseNetwork(Model):
    """Dense layers, each but the last followed by an activation.

    Attributes:
        layers: The hidden ones and the last.
        norms: One before the activation of each hidden layer, or none.
        activation: Its name.
    """

    layers: tuple[Dense, ...]
    norms: tuple[BatchNorm, ...]
    activation: str = eqx.field(static=True)

    def features(
        self, inputs: Float[Array | np.ndarray, "examples features"]
    ) -> Float[Array, "out examples"]:
        """The pre-activations of the first layer."""
        return self.layers[0](jnp.asarray(inputs).T)

    def forward(
        self, features: Float[Array, "out examples"], normalise: Normalise
    ) -> Float[Array, "examples classes"]:
        """The logits."""
        signals = features
        for place, layer in enumerate(self.layers[1:]):
            if self.norms:
                signals = normalise(self.norms[place], signals)
            signals = layer(ACTIVATIONS[self.activation].function(signals))
        return signals.T

    def permuted(self, key: PRNGKeyArray) -> "DenseNetwork":
        """The same function with the units of every hidden layer in another order."""
        layers, norms = list(self.layers), list(self.norms)
        pieces = ACTIVATIONS[self.activation].pieces
        for place, own_key in enumerate(jax.random.split(key, len(layers) - 1)):
            order = cycle(own_key, layers[place + 1].weight.shape[1])
            rows = of_pieces(order, pieces)
            layers[place] = outputs_reordered(layers[place], rows)
            layers[place + 1] = inputs_reordered(layers[place + 1], order)
            if norms:
                norms[place] = outputs_reordered(norms[place], rows)
        return eqx.tree_at(lambda net: (net.layers, net.norms), self, (tuple(layers), tuple(norms)))


def dense_network(
    key: PRNGKeyArray,
    *,
    shape: tuple[int, ...],
    classes: int,
    widths: Sequence[int],
    activation: str,
    batch_norm: bool = False,
    scale: float = 1.0,
) -> DenseNetwork:
    """A network of dense layers with random weights that suit the activation.

    Args:
        key: Of the weights.
        shape: Of one example.
        classes: The number of classes.
        widths: Units of each hidden layer.
        activation: Of the hidden units.
        batch_norm: True if each hidden layer's pre-activations are normalised.
        scale: Of all weights.
    """
    _, deviation, pieces = ACTIVATIONS[activation]
    sizes = (math.prod(shape), *widths, classes)
    *hidden_keys, last_key = jax.random.split(key, len(sizes) - 1)
    hidden = [
        Dense.of(own_key, before, after * pieces, deviation=scale * deviation(before, after))
        for own_key, (before, after) in zip(hidden_keys, pairwise(sizes[:-1]), strict=True)
    ]
    last = Dense.of(last_key, sizes[-2], classes, deviation=scale * glorot(sizes[-2], classes))
    norms = [BatchNorm.of(len(layer.bias)) for layer in hidden] if batch_norm else []
    return DenseNetwork(layers=(*hidden, last), norms=tuple(norms), activation=activation)
