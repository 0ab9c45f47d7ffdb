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
    ("conjugate_gradient", {"method": "pr"}),
    ("conjugate_gradient", {"line_search": "wolfe"}),
    ("bfgs", {}),
    ("bfgs", {"line_search": "wolfe"}),
    ("lbfgs", {}),
    ("lbfgs", {"line_search": "wolfe"}),
)
CONJUGATE = (
    ("conjugate_gradient", {"method": "fr"}),
    ("conjugate_gradient", {"method": "pr+"}),
    ("bfgs", {}),
    ("lbfgs", {}),
)


def named(name, options):
    return " ".join([name, *map(str, options.values())])


def loop(rules, loss, start, steps):
    """Of each rule in a plain optax loop, all as one program: the points, and the states after each step."""

    def advance(rule, params, state):
        value, grad = jax.value_and_grad(loss)(params)
        updates, state = rule.update(grad, state, params, value=value, grad=grad, value_fn=loss)
        return optax.apply_updates(params, updates), state

    def step(carry, _):
        after = [advance(rule, *at) for rule, at in zip(rules, carry, strict=True)]
        return after, after

    def run(start):
        return jax.lax.scan(step, [(start, rule.init(start)) for rule in rules], length=steps)[1]

    walked = jax.tree.map(np.asarray, fast_compile_jit(run, RUN_ONCE)(start))
    return [(np.concatenate([np.asarray(start)[None], points]), states) for points, states in walked]


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


@pytest.fixture(scope="module")
def on_a_quadratic():
    """The quadratic with five variables, and eight steps of every conjugate rule down it."""
    matrix, middle, start = bowl(5, seed=5)
    with jax.enable_x64(True):
        loss = partial(quadratic, jnp.asarray(matrix), jnp.asarray(middle))
        rules = [load(name).rule(**options) for name, options in CONJUGATE]
        walked = loop(rules, loss, jnp.asarray(start), 8)
    return matrix, middle, start, dict(zip(map(str, CONJUGATE), walked, strict=True))


@pytest.mark.parametrize("form", CONJUGATE, ids=str)
def test_conjugate_rules_are_linear_conjugate_gradient_on_a_quadratic(form, on_a_quadratic):
    matrix, middle, start, walked = on_a_quadratic
    size = len(start)
    points, _ = walked[str(form)]
    np.testing.assert_allclose(
        points[: size + 1], linear_conjugate_gradient(matrix, middle, start), atol=1e-8
    )
    steps = np.diff(points[: size + 1], axis=0)
    products = steps @ matrix @ steps.T
    sizes = np.sqrt(np.diag(products))
    np.testing.assert_allclose(products / np.outer(sizes, sizes), np.eye(size), atol=1e-6)
    np.testing.assert_allclose(points[size:], np.tile(middle, (4, 1)), atol=1e-8)


def test_bfgs_learns_the_hessian_of_a_quadratic(on_a_quadratic):
    matrix, _, start, walked = on_a_quadratic
    _, states = walked[str(("bfgs", {}))]
    learnt = states.memory.inverse_hessian[len(start)]
    np.testing.assert_allclose(learnt, np.linalg.inv(matrix), atol=1e-9)


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


def test_lbfgs_takes_the_papers_steps():
    def loss(point):
        return jnp.sum((1 - point) ** 2) + jnp.sum((point[1:] - point[:-1] ** 2) ** 2)

    sizes = (1, 5)
    rules = [load("lbfgs").rule(memory_size=m, line_search="fixed", learning_rate=0.5) for m in sizes]
    slopes = jax.jit(jax.vmap(jax.grad(loss)))
    with jax.enable_x64(True):
        walked = loop(rules, loss, jnp.array([-0.5, 0.8, 0.1, -0.3]), 12)
        gradients = [np.asarray(slopes(points)) for points, _ in walked]
    for memory_size, (points, _), slope in zip(sizes, walked, gradients, strict=True):
        for last in range(1, 12):
            inverse = dense_lbfgs(points[: last + 1], slope[: last + 1], memory_size)
            step = -0.5 * inverse @ slope[last]
            np.testing.assert_allclose(points[last + 1] - points[last], step, rtol=1e-9, atol=1e-13)


PLACES = ("beale", "rosenbrock")


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


def test_wolfe_form_of_lbfgs_is_that_of_optax(runs):
    landscape = landscapes.load("rosenbrock")
    with jax.enable_x64(True):
        ((theirs, _),) = loop([optax.lbfgs()], landscape.loss, jnp.asarray(landscape.start), 15)
    np.testing.assert_allclose(runs("rosenbrock")["lbfgs wolfe"][:16], theirs, atol=1e-7)


@pytest.mark.parametrize("name", PLACES)
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
    for rule in ("bfgs", "lbfgs", "conjugate_gradient pr", "bfgs wolfe", "conjugate_gradient wolfe"):
        nearest = min(np.linalg.norm(end.x - ran[rule][-1]) for end in found.values())
        assert nearest < 1e-4, rule


def test_exact_steepest_descent_turns_by_a_right_angle(runs):
    steps = np.diff(runs("rosenbrock")["steepest_descent"][:40], axis=0)
    lengths = np.linalg.norm(steps, axis=-1)
    cosines = np.sum(steps[1:] * steps[:-1], axis=-1) / (lengths[1:] * lengths[:-1])
    assert np.abs(cosines).max() < 1e-9


@cache
def slopes_of(loss):
    return jax.jit(jax.vmap(jax.value_and_grad(loss)))


@pytest.mark.parametrize("form", [form for form in FORMS if "wolfe" in form[1].values()], ids=str)
def test_steps_of_wolfe_forms_meet_the_wolfe_conditions(form, runs):
    points, loss = runs("rosenbrock")[named(*form)], landscapes.load("rosenbrock").loss
    with jax.enable_x64(True):
        losses, gradients = map(np.asarray, slopes_of(loss)(points))
    steps = np.diff(points, axis=0)
    before, after = (np.sum(steps * g, axis=-1) for g in (gradients[:-1], gradients[1:]))
    curvature = 0.9 if "bfgs" in form[0] else 0.1
    far = losses[:-1] > 1e-8
    assert far.sum() > 10
    assert (before[far] < 0).all()
    assert (np.diff(losses) <= 1e-4 * before * (1 - 1e-9))[far].all()
    assert (np.abs(after) <= curvature * np.abs(before) * (1 + 1e-9))[far].all()
