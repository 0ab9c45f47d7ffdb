"""Newton's method and its saddle-free form: the equations that their steps solve, and where they end."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers import Setting, descend, load

BOTH = [Setting(optimizer=load(name)) for name in ("newton", "saddle_free_newton")]
SADDLE = (0.0, 1.0)

quick = partial(fast_compile_jit, options=RUN_ONCE)


def beale(start):
    return descend(landscapes.load("beale").loss, BOTH, start, steps=20)


def test_newton_goes_to_the_saddle_and_saddle_free_newton_to_the_minimum():
    newton, free = beale((0.2, 0.9))
    np.testing.assert_allclose(newton.points[-1], SADDLE, atol=1e-12)
    np.testing.assert_allclose(free.points[-1], (3.0, 0.5), atol=1e-12)
    assert newton.series["lowest_eigenvalue"][-1] == pytest.approx(-27.75)
    assert free.series["lowest_eigenvalue"][-1] > 0
    for run in (newton, free):
        np.testing.assert_array_equal(run.evaluations[-1], (0, 20, 20))


def test_saddle_free_newton_passes_the_saddle_that_holds_newton():
    newton, free = (np.linalg.norm(run.points - SADDLE, axis=-1) for run in beale((1.0, 1.5)))
    assert newton[8] < 1e-9
    assert free[1:].min() > 1


def test_saddle_free_newton_doubles_its_way_from_a_saddle():
    """Along negative curvature its step is the way from the saddle once more."""
    with jax.enable_x64(True):
        hessian = np.asarray(quick(jax.hessian(landscapes.load("beale").loss))(jnp.array(SADDLE)))
    downhill = np.linalg.eigh(hessian)[1][:, 0]
    _, free = beale(SADDLE + 1e-5 * downhill)
    away = np.linalg.norm(free.points[:7] - SADDLE, axis=-1)
    np.testing.assert_allclose(away, 1e-5 * 2.0 ** np.arange(7), rtol=1e-2)


@pytest.mark.parametrize(("dtype", "shift"), [(np.float32, 0.0), (np.float32, 4.0), (np.float64, 4.0)])
def test_steps_solve_the_hessians_equation(shift, dtype):
    """On a quadratic with eigenvalues of both signs, whose parameters are a tree."""
    rng = np.random.default_rng(5)
    axes = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    values = np.geomspace(1, 30, 5) - shift
    matrix, middle, start = axes @ np.diag(values) @ axes.T, rng.normal(size=5), rng.normal(size=5)
    ends = {
        "newton": middle,
        "saddle_free_newton": start - axes @ np.diag(np.sign(values)) @ axes.T @ (start - middle),
    }
    with jax.enable_x64(dtype is np.float64):

        def loss(tree):
            away = jnp.concatenate([tree["a"], tree["b"].reshape(-1)]) - jnp.asarray(middle, dtype)
            return away @ jnp.asarray(matrix, dtype) @ away / 2

        params = {"a": jnp.asarray(start[:1], dtype), "b": jnp.asarray(start[1:].reshape(2, 2), dtype)}
        rules = [load(name).rule() for name in ends]
        step = quick(lambda p: [r.update(jax.grad(loss)(p), r.init(p), p, value_fn=loss) for r in rules])
        for end, (updates, state) in zip(ends.values(), step(params), strict=True):
            found = np.concatenate([np.asarray(params[k] + updates[k]).reshape(-1) for k in ("a", "b")])
            assert found.dtype == state.lowest_eigenvalue.dtype == dtype
            np.testing.assert_allclose(found, end, atol=300 * np.finfo(dtype).eps)
            assert float(state.lowest_eigenvalue) == pytest.approx(1 - shift, rel=1e-4)


def test_a_loss_of_x_alone_moves_x_alone():
    newton, free = descend(lambda point: point[0] ** 4 / 4 - point[0] ** 2 / 2, BOTH, (0.25, 3.0), steps=1)
    step = (0.25**3 - 0.25) / (3 * 0.25**2 - 1)
    np.testing.assert_allclose(newton.points[1], (0.25 - step, 3.0), rtol=1e-14)
    np.testing.assert_allclose(free.points[1], (0.25 + step, 3.0), rtol=1e-14)
