"""Conjugate gradient and quasi-Newton rules against theory, the papers' equations, scipy and optax."""

from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine import landscapes
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers import Sampling, Setting, descend, load

FORMS = (
    ("steepest_descent", {}),
    ("steepest_descent", {"line_search": "wolfe"}),
    ("conjugate_gradient", {"method": "fr"}),
    ("conjugate_gradient", {"method": "pr"}),
    ("conjugate_gradient", {"method": "pr+"}),
    ("conjugate_gradient", {"line_search": "wolfe"}),
    ("bfgs", {}),
    ("bfgs", {"line_search": "wolfe"}),
    ("lbfgs", {}),
    ("lbfgs", {"line_search": "wolfe"}),
)
CONJUGATE = tuple(form for form in FORMS[2:] if "wolfe" not in form[1].values())


def named(name, options):
    return " ".join([name, *map(str, options.values())])


def loop(rule, loss, start, steps):
    """A plain optax loop: the points, and the states after each step."""

    def step(carry, _):
        params, state = carry
        value, grad = jax.value_and_grad(loss)(params)
        updates, state = rule.update(grad, state, params, value=value, grad=grad, value_fn=loss)
        after = optax.apply_updates(params, updates)
        return (after, state), (after, state)

    def run(start):
        return jax.lax.scan(step, (start, rule.init(start)), length=steps)[1]

    walked, states = fast_compile_jit(run, RUN_ONCE)(start)
    return np.concatenate([np.asarray(start)[None], walked]), jax.tree.map(np.asarray, states)


def bowl(size, seed):
    """A quadratic with curvatures from 1 to 30, its minimum, and a start."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(size, size)))[0]
    matrix = axes @ np.diag(np.geomspace(1, 30, size)) @ axes.T
    return matrix, rng.normal(size=size), 3 * rng.normal(size=size)


def quadratic(matrix, middle, point):
    return (point - middle) @ matrix @ (point - middle) / 2


def linear_conjugate_gradient(matrix, middle, start):
    """Hestenes and Stiefel's method, from which all of these differ in no way on a quadratic."""
    point, residual = start, matrix @ (middle - start)
    direction, points = residual, [start]
    for _ in range(len(start)):
        length = residual @ residual / (direction @ matrix @ direction)
        point = point + length * direction
        after = residual - length * matrix @ direction
        direction = after + after @ after / (residual @ residual) * direction
        residual = after
        points.append(point)
    return np.array(points)


@pytest.mark.parametrize(("name", "options"), CONJUGATE)
def test_conjugate_rules_are_linear_conjugate_gradient_on_a_quadratic(name, options):
    size = 5
    matrix, middle, start = bowl(size, seed=size)
    with jax.enable_x64(True):
        loss = partial(quadratic, jnp.asarray(matrix), jnp.asarray(middle))
        points, _ = loop(load(name).rule(**options), loss, jnp.asarray(start), size + 3)
    np.testing.assert_allclose(
        points[: size + 1], linear_conjugate_gradient(matrix, middle, start), atol=1e-8
    )
    steps = np.diff(points[: size + 1], axis=0)
    products = steps @ matrix @ steps.T
    sizes = np.sqrt(np.diag(products))
    np.testing.assert_allclose(products / np.outer(sizes, sizes), np.eye(size), atol=1e-6)
    np.testing.assert_allclose(points[size:], np.tile(middle, (4, 1)), atol=1e-8)


def test_bfgs_learns_the_hessian_of_a_quadratic():
    matrix, middle, start = bowl(4, seed=1)
    with jax.enable_x64(True):
        loss = partial(quadratic, jnp.asarray(matrix), jnp.asarray(middle))
        _, states = loop(load("bfgs").rule(), loss, jnp.asarray(start), 5)
    np.testing.assert_allclose(states.memory.inverse_hessian[4], np.linalg.inv(matrix), atol=1e-9)


def dense_lbfgs(points, gradients, memory_size):
    """The inverse Hessian of the last few steps, multiplied out as Liu and Nocedal write it."""
    pairs = [(s, y) for s, y in zip(np.diff(points, axis=0), np.diff(gradients, axis=0), strict=True)]
    pairs = pairs[-memory_size:]
    s, y = pairs[-1]
    inverse = s @ y / (y @ y) * np.eye(len(s))
    for s, y in pairs:
        v = np.eye(len(s)) - np.outer(y, s) / (y @ s)
        inverse = v.T @ inverse @ v + np.outer(s, s) / (y @ s)
    return inverse


@pytest.mark.parametrize("memory_size", [1, 2, 5])
def test_lbfgs_takes_the_papers_steps(memory_size):
    def loss(point):
        return jnp.sum((1 - point) ** 2) + jnp.sum((point[1:] - point[:-1] ** 2) ** 2)

    rule = load("lbfgs").rule(memory_size=memory_size, line_search="fixed", learning_rate=0.5)
    with jax.enable_x64(True):
        points, _ = loop(rule, loss, jnp.array([-0.5, 0.8, 0.1, -0.3]), 12)
        gradients = np.asarray(jax.vmap(jax.grad(loss))(jnp.asarray(points)))
    for last in range(1, 12):
        inverse = dense_lbfgs(points[: last + 1], gradients[: last + 1], memory_size)
        step = -0.5 * inverse @ gradients[last]
        np.testing.assert_allclose(points[last + 1] - points[last], step, rtol=1e-9, atol=1e-13)


def test_wolfe_form_of_lbfgs_is_that_of_optax():
    landscape = landscapes.load("rosenbrock")
    with jax.enable_x64(True):
        start = jnp.asarray(landscape.start)
        ours, _ = loop(load("lbfgs").rule(line_search="wolfe"), landscape.loss, start, 15)
        theirs, _ = loop(optax.lbfgs(), landscape.loss, start, 15)
    np.testing.assert_allclose(ours, theirs, atol=1e-7)


PLACES = ("beale", "rosenbrock", "himmelblau")


@pytest.fixture(scope="module")
def runs(any_of):
    """Every form down a landscape, by name; all of them are one program."""
    among = any_of([landscapes.load(name).loss for name in PLACES])
    settings = [Setting(optimizer=load(rule), hyperparameters=options) for rule, options in FORMS]

    @cache
    def down(name):
        sampling = Sampling(loss=among, samples=np.full((60, 1), PLACES.index(name)))
        ran = descend(jnp.sum, settings, landscapes.load(name).start, steps=60, sampling=sampling)
        return {named(*form): run.points for form, run in zip(FORMS, ran, strict=True)}

    return down


@pytest.mark.parametrize("name", ["beale", "rosenbrock"])
def test_three_rules_take_one_path_in_the_plane_until_wolfe_parts_them(name, runs):
    ran = runs(name)
    first = ran["conjugate_gradient pr"]
    # Where they have all but arrived, they differ by rounding over a slope that vanishes.
    near = np.linalg.norm(first - landscapes.load(name).minima[0], axis=-1) < 1e-3
    walked = slice(0, int(near.argmax()) + 1)
    assert near.any()
    for other in ("bfgs", "lbfgs"):
        np.testing.assert_allclose(ran[other][walked], first[walked], atol=1e-7)
    searched = [ran[f"{rule} wolfe"][3] for rule in ("conjugate_gradient", "bfgs", "lbfgs")]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.linalg.norm(searched[one] - searched[other]) > 1e-2


@pytest.mark.parametrize("name", PLACES)
def test_scipy_comes_to_the_same_minimum(name, runs):
    from scipy.optimize import minimize

    landscape = landscapes.load(name)
    with jax.enable_x64(True):
        both = jax.jit(jax.value_and_grad(landscape.loss))
        found = {
            method: minimize(
                lambda p: tuple(map(np.asarray, both(p))), landscape.start, jac=True, method=method
            )
            for method in ("BFGS", "CG", "L-BFGS-B")
        }
    ran = runs(name)
    for rule in ("bfgs", "lbfgs", "conjugate_gradient pr+", "bfgs wolfe", "conjugate_gradient wolfe"):
        nearest = min(np.linalg.norm(end.x - ran[rule][-1]) for end in found.values())
        assert nearest < 1e-4, rule


def test_exact_steepest_descent_turns_by_a_right_angle(runs):
    steps = np.diff(runs("rosenbrock")["steepest_descent"][:40], axis=0)
    lengths = np.linalg.norm(steps, axis=-1)
    cosines = np.sum(steps[1:] * steps[:-1], axis=-1) / (lengths[1:] * lengths[:-1])
    assert np.abs(cosines).max() < 1e-9


@pytest.mark.parametrize("form", [form for form in FORMS if "wolfe" in form[1].values()], ids=str)
def test_steps_of_wolfe_forms_meet_the_wolfe_conditions(form, runs):
    points, loss = runs("rosenbrock")[named(*form)], landscapes.load("rosenbrock").loss
    with jax.enable_x64(True):
        losses, gradients = map(np.asarray, jax.jit(jax.vmap(jax.value_and_grad(loss)))(points))
    steps = np.diff(points, axis=0)
    before, after = (np.sum(steps * g, axis=-1) for g in (gradients[:-1], gradients[1:]))
    curvature = 0.9 if "bfgs" in form[0] else 0.1
    far = losses[:-1] > 1e-8
    assert far.sum() > 10
    assert (before[far] < 0).all()
    assert (np.diff(losses) <= 1e-4 * before * (1 - 1e-9))[far].all()
    assert (np.abs(after) <= curvature * np.abs(before) * (1 + 1e-9))[far].all()
