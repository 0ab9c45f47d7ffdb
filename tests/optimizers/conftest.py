"""What tests of rules share: the papers' equations, and what a rule makes of given gradients."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parent / "papers"


def _open_papers() -> None:
    """Let `papers.NAME` be imported, although tests are in no package."""
    package = ModuleType("papers")
    package.__path__ = [str(FOLDER)]
    sys.modules["papers"] = package


_open_papers()


@pytest.fixture(scope="session")
def papers() -> dict[str, ModuleType]:
    """The files of `papers` by name: each has its rule's equations, as `test_papers.py` says."""
    return {
        name: import_module(f"papers.{name}")
        for name in sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
    }


@pytest.fixture
def steps_on() -> Callable[..., Any]:
    """What a rule makes of gradients that do not follow from its steps: each step, and the state after it."""
    import jax
    import jax.numpy as jnp

    from ravine.core.compile import RUN_ONCE, fast_compile_jit

    def made(rule: Any, gradients: np.ndarray) -> Any:
        def run(gradients: Any) -> Any:
            params = jnp.ones_like(gradients[0])

            def step(state: Any, gradient: Any) -> Any:
                updates, state = rule.update(gradient, state, params)
                return state, (updates, state)

            return jax.lax.scan(step, rule.init(params), gradients)[1]

        return jax.tree.map(np.asarray, fast_compile_jit(run, RUN_ONCE)(jnp.asarray(gradients)))

    def in_double(rule: Any, gradients: np.ndarray) -> Any:
        with jax.enable_x64(True):
            return made(rule, gradients)

    return in_double


@pytest.fixture(scope="session")
def any_of() -> Callable[..., Any]:
    """The loss, of a point and a number, which is the one of several that the number chooses."""
    return _any_of


def _any_of(losses: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """Its derivatives are chosen among as it is.

    In JAX's own derivative of a choice, each branch makes room for what all the others remember.
    """
    import jax

    value, value_and_slope, both_and_hessian = (
        _choice([*map(of, losses)]) for of in (lambda loss: loss, jax.value_and_grad, _with_hessian)
    )

    @jax.custom_jvp
    def loss(point: Any, number: Any) -> Any:
        return value(point, number)

    @jax.custom_jvp
    def loss_and_slope(point: Any, number: Any) -> Any:
        return value_and_slope(point, number)

    @loss.defjvp
    def _(at: Any, along: Any) -> Any:
        height, slope = loss_and_slope(*at)
        return height, slope @ along[0]

    @loss_and_slope.defjvp
    def _(at: Any, along: Any) -> Any:
        height, slope, hessian = both_and_hessian(*at)
        return (height, slope), (slope @ along[0], hessian @ along[0])

    return loss


def _with_hessian(loss: Callable[..., Any]) -> Callable[..., Any]:
    """The value, the gradient and the Hessian, in a program that has no part of them twice."""
    import jax

    def slope_first(point: Any) -> Any:
        value, slope = jax.value_and_grad(loss)(point)
        return slope, (value, slope)

    def at(point: Any) -> Any:
        hessian, (value, slope) = jax.jacfwd(slope_first, has_aux=True)(point)
        return value, slope, hessian

    return at


def _choice(functions: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """The function of a point that a number chooses, traced once, and at many points one after the other.

    JAX's own vmap of a choice traces each branch anew wherever it stands.
    """
    import jax

    one = jax.jit(lambda point, number: jax.lax.switch(number, functions, point))
    choice = jax.custom_batching.custom_vmap(lambda point, number: one(point, number))

    @choice.def_vmap
    def _(size: int, batched: Sequence[bool], *places: Any) -> Any:
        many = [
            x if is_many else jax.numpy.stack([x] * size) for x, is_many in zip(places, batched, strict=True)
        ]
        found = jax.lax.map(lambda place: choice(*place), tuple(many))
        return found, jax.tree.map(lambda _: True, found)

    return choice
