import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.landscapes import Noisy, gradient_noise

SHAPES = ("normal", "uniform")


@pytest.mark.parametrize("shape", SHAPES)
class TestShocks:
    def test_a_draw_does_not_depend_on_how_many_there_are(self, shape):
        one = gradient_noise(2.0, steps=20, seed=4, shape=shape)
        three = gradient_noise(2.0, steps=20, draws=3, seed=4, shape=shape)
        assert one.shape == (20, 1, 2)
        np.testing.assert_array_equal(one[:, 0], three[:, 0])
        assert (three[:, 1] != three[:, 0]).all()
        assert (three[:, 2] != three[:, 1]).all()

    def test_the_seed_decides(self, shape):
        np.testing.assert_array_equal(*(gradient_noise(1.0, steps=9, seed=4, shape=shape) for _ in range(2)))
        assert (
            gradient_noise(1.0, steps=9, seed=4, shape=shape)
            != gradient_noise(1.0, steps=9, seed=5, shape=shape)
        ).all()

    def test_one_variable_has_no_shock_in_y(self, shape):
        drawn = gradient_noise(1.0, steps=50, draws=2, variables=1, seed=0, shape=shape)
        assert drawn.shape == (50, 2, 2)
        assert (drawn[..., 0] != 0.0).all()
        assert (drawn[..., 1] == 0.0).all()

    def test_scale(self, shape):
        np.testing.assert_allclose(
            gradient_noise(3.0, steps=9, seed=1, shape=shape),
            3.0 * gradient_noise(1.0, steps=9, seed=1, shape=shape),
        )
        assert (gradient_noise(0.0, steps=9, seed=1, shape=shape) == 0.0).all()


def test_distributions():
    count = 20_000
    normal = gradient_noise(2.0, steps=count, seed=9)[:, 0]
    uniform = gradient_noise(10.0, steps=count, seed=9, shape="uniform")[:, 0]
    for drawn, deviation in ((normal, 2.0), (uniform, 10.0 / np.sqrt(3.0))):
        error = deviation / np.sqrt(count)
        assert (np.abs(drawn.mean(axis=0)) < 4.0 * error).all()
        np.testing.assert_allclose(drawn.std(axis=0), deviation, rtol=0.02)
        assert abs(np.corrcoef(drawn.T)[0, 1]) < 4.0 / np.sqrt(count)
        assert abs(np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1]) < 4.0 / np.sqrt(count)
    assert (np.abs(uniform) <= 10.0).all()
    inner, outer = (np.abs(normal) < 2.0).mean(), (np.abs(uniform) < 5.0).mean()
    np.testing.assert_allclose([inner, outer], [0.6827, 0.5], atol=0.01)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"scale": -1.0}, "0 or more; got -1.0"),
        ({"scale": np.inf}, "finite number, 0 or more; got inf"),
        ({"scale": np.nan}, "finite number, 0 or more; got nan"),
        ({"shape": "cauchy"}, "one of normal, uniform; got 'cauchy'"),
    ],
)
def test_mistakes(choices, message):
    with pytest.raises(ValueError, match=message):
        gradient_noise(**{"scale": 1.0, "steps": 3, "seed": 0} | choices)


def test_a_shock_is_added_to_the_gradient_alone():
    """At a point where no sum is rounded."""
    loss = landscapes.load("beale").loss

    def derivatives(function, *args):
        return function(*args), jax.grad(function)(*args), jax.hessian(function)(*args)

    point, shock = np.array([0.5, 1.25]), np.array([0.25, -2.0])
    with jax.enable_x64(True):
        shaken = jax.jit(lambda p, s: derivatives(Noisy(loss), p, s))(point, shock)
        alone = jax.jit(lambda p: derivatives(loss, p))(point)
    (value, slope, hessian), (height, steepness, bend) = jax.tree.map(np.asarray, (shaken, alone))
    assert value == height
    np.testing.assert_allclose(slope, steepness + shock, rtol=1e-14, atol=1e-14)
    np.testing.assert_array_equal(hessian, bend)
    assert value.dtype == np.float64


def test_the_same_loss_is_compiled_once():
    traces = []

    def bowl(point):
        traces.append(point)
        return jnp.sum(point**2)

    def run(noisy, point, shock):
        return jax.grad(noisy)(point, shock)

    compiled = jax.jit(run, static_argnums=0)
    for shock in (0.0, 1.0):
        compiled(Noisy(bowl), jnp.ones(2), jnp.full(2, shock))
    assert len(traces) == 1
    assert Noisy(bowl) != Noisy(jnp.sum)


def test_uniform_shocks_on_flat_ground_are_a_random_walk():
    flat = landscapes.load("flat")
    drawn = gradient_noise(10.0, steps=100, variables=1, seed=0, shape="uniform")[:, 0]
    with jax.enable_x64(True):
        gradients = jax.vmap(jax.grad(Noisy(flat.loss)), in_axes=(None, 0))(jnp.array([3.0, 0.0]), drawn)
    np.testing.assert_array_equal(gradients, drawn)
