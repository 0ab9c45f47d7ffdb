"""Small networks of every kind in the catalogue, and what is computed from one, compiled once.

JAX is loaded late: the settings of the session come first.
"""

import inspect
import math
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np
import pytest

if TYPE_CHECKING:
    import jax

    from ravine.landscapes.networks import Network
    from ravine.landscapes.networks._network import Model

SMALL = {"blocks": 2, "channels": 4, "hidden": 5, "widths": (6, 4)}
"""Sizes, so that tests are quick."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every network of the catalogue with all switches off and on, and each of its words."""
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", _kinds(), ids=str, indirect=True)


@cache
def _kinds() -> "list[Kind]":
    """The same objects for every test, so that what is computed of one is computed once."""
    from ravine.landscapes import networks

    loaded = {name: networks.load(name) for name in networks.names()}
    return [Kind(name, options) for name in loaded for options in _variants(loaded[name])]


def _variants(network: "Network") -> list[dict[str, Any]]:
    defaults = network.defaults
    plain = {key: value for key, value in SMALL.items() if key in defaults}
    switched = plain | {key: not value for key, value in defaults.items() if isinstance(value, bool)}
    words = [
        {**switched, key: word}
        for key, value in defaults.items()
        if isinstance(value, str)
        for word in get_args(inspect.signature(network.build).parameters[key].annotation)
        if word != value
    ]
    return [plain, *([switched] if switched != plain else []), *words]


class Kind:
    """A network of the catalogue with options."""

    shape, classes, examples = (6, 5), 3, 7

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        self.name, self.options = name, options

    def __str__(self) -> str:
        return "-".join([self.name, *(f"{key}={value}" for key, value in self.options.items())])

    @property
    def network(self) -> "Network":
        from ravine.landscapes import networks

        return networks.load(self.name)

    @property
    def has_batch_norm(self) -> bool:
        return self.network.has_batch_norm(**self.options)

    @property
    def inputs(self) -> np.ndarray:
        rng = np.random.default_rng(3)
        return rng.uniform(0, 1, (self.examples, math.prod(self.shape))).astype(np.float32)

    @property
    def shapes(self) -> "Model":
        """The shapes and types of the leaves, as the builder makes them."""
        return _shapes(self)

    def stirred(self, seed: int = 0) -> "Model":
        """One with all leaves random, biases and stored statistics too, which are not in a new one."""
        import jax

        from ravine.landscapes.networks._layers import BatchNorm

        rng = np.random.default_rng(seed)

        def stir(node: Any) -> Any:
            if isinstance(node, BatchNorm):
                return jax.tree.map(lambda leaf: rng.uniform(0.5, 2, leaf.shape).astype(np.float32), node)
            return rng.normal(0, 0.4, node.shape).astype(np.float32)

        return jax.tree.map(stir, self.shapes, is_leaf=lambda node: isinstance(node, BatchNorm))

    def at(self, model: "Model") -> "Found":
        """What is computed from a model, on the host."""
        import jax

        return jax.device_get(_computed()(model, self.inputs))

    def slopes(self, model: "Model", inputs: np.ndarray | None = None) -> "tuple[np.ndarray, Model]":
        """The loss by the examples' own statistics, and its gradient, on the host."""
        import jax

        return jax.device_get(_loss_and_gradient()(model, self.inputs if inputs is None else inputs))


class Found(NamedTuple):
    """What is computed from a model."""

    features: Any
    use_batch_statistics: Any
    stored: Any


@cache
def _shapes(kind: Kind) -> "Model":
    import jax

    build = partial(kind.network.build, shape=kind.shape, classes=kind.classes, **kind.options)
    return jax.eval_shape(build, jax.random.key(0))


@cache
def _computed() -> "Callable[[Model, np.ndarray], Found]":
    import jax

    def computed(model: Any, inputs: jax.Array) -> Found:
        features = model.features(inputs)
        by_batch = model.logits(features, use_batch_statistics=True)
        return Found(features, by_batch, model.logits(features, use_batch_statistics=False))

    return jax.jit(computed)


@cache
def _loss_and_gradient() -> "Callable[[Model, np.ndarray], tuple[jax.Array, Model]]":
    import jax
    import jax.numpy as jnp

    from ravine.landscapes.networks._problem import cross_entropy

    def loss(model: Any, inputs: jax.Array) -> jax.Array:
        logits = model.logits(model.features(inputs), use_batch_statistics=True)
        return cross_entropy(logits, jnp.arange(len(logits)) % logits.shape[1])

    return jax.jit(jax.value_and_grad(loss))


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def close() -> Any:
    """Equal but for the rounding of single precision."""
    return partial(np.testing.assert_allclose, rtol=2e-5, atol=2e-5)


class Bomb:
    """What leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (self.mark,)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "code has run"


@pytest.fixture(scope="session")
def bomb() -> type[Bomb]:
    return Bomb
