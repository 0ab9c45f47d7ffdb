"""Rules that evaluate the loss for themselves: cost, lanes, precision, and nowhere to go."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine import landscapes
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers import HyperparameterError, Sampling, Setting, descend, load

EXACT = (
    ("steepest_descent", {}),
    ("conjugate_gradient", {"method": "fr"}),
    ("conjugate_gradient", {"method": "pr"}),
    ("conjugate_gradient", {"method": "pr+"}),
    ("bfgs", {}),
    ("lbfgs", {}),
)
WOLFE = tuple(
    (name, {"line_search": "wolfe"}) for name in ("steepest_descent", "conjugate_gradient", "bfgs", "lbfgs")
)
GLOBAL = ("steepest_descent", {"line_search": "global"})
WITHOUT = ("lbfgs", {"line_search": "fixed", "learning_rate": 0.5})
NEWTON = (("newton", {}), ("saddle_free_newton", {}))
SEARCHING = (*EXACT, *WOLFE, GLOBAL)
FORMS = (*SEARCHING, WITHOUT, *NEWTON)


def each(*forms):
    """One test a form."""
    params = [pytest.param(*form, id=" ".join([form[0], *map(str, form[1].values())])) for form in forms]
    return pytest.mark.parametrize(("name", "options"), params)


def settings(forms):
    return [Setting(optimizer=load(name), hyperparameters=options) for name, options in forms]


class Counted:
    """A loss that counts how often it is evaluated, in a program that is not compiled."""

    def __init__(self):
        self.calls = 0

    def __call__(self, point):
        self.calls += 1
        return jnp.sum((1 - point) ** 2) + 10 * (point[1] - point[0] ** 2) ** 2


def one_step(rule, loss, **known):
    """What a step in the open leaves in the state, its gradient having been evaluated before."""
    params = jnp.array([-0.5, 0.7], jnp.float32)
    with jax.disable_jit():
        gradient = jax.grad(loss)(params)
        _, state = rule.update(gradient, rule.init(params), params, value_fn=loss, **known)
    return np.asarray(state.evaluations)


@each(*FORMS)
def test_evaluations_of_searching_rules_are_counted(name, options):
    loss = Counted()
    losses, gradients, hessians = one_step(load(name).rule(**options), loss)
    here = 1 if (name, options) in SEARCHING else 0
    at_once = 1024 if (name, options) == GLOBAL else 0
    assert losses == here + at_once
    assert hessians == (1 if (name, options) in NEWTON else 0)
    assert here + bool(at_once) + gradients + hessians == loss.calls
    assert (gradients > 1) == bool(here)


def test_a_known_loss_is_not_evaluated_again():
    unknown, known = Counted(), Counted()
    rule = load("bfgs").rule()
    value = jnp.asarray(np.float32(1.5**2 + 0.3**2 + 10 * 0.45**2))
    without, given = one_step(rule, unknown), one_step(rule, known, value=value)
    np.testing.assert_array_equal(without - given, (1, 0, 0))
    assert unknown.calls == known.calls + 1


@each(EXACT[-2], WOLFE[-1], GLOBAL, NEWTON[0])
def test_lanes_of_searching_rules_do_not_see_each_other(name, options):
    loss, minimum = landscapes.load("beale").loss, (3.0, 0.5)
    starts = np.array([(1.0, 1.5), (2.0, -1.0), minimum])
    (together,) = descend(loss, settings([(name, options)]), starts, steps=6)
    (alone,) = descend(loss, settings([(name, options)]), starts[1:2], steps=6)
    (still,) = descend(loss, settings([(name, options)]), starts[2:], steps=6)
    np.testing.assert_allclose(together.points[1], alone.points[0], rtol=1e-9)
    np.testing.assert_array_equal(together.points[2], np.tile(minimum, (7, 1)))
    np.testing.assert_array_equal(together.evaluations[2], still.evaluations[0])


@each(*FORMS)
def test_searching_rules_descend_on_a_tree_in_float32(name, options):
    def loss(tree):
        apart = jnp.sum((tree["b"] + tree["a"][0]) ** 2)
        return (tree["a"][0] - 1) ** 2 + apart + apart**2 + tree["c"] ** 2

    rule = load(name).rule(**options)

    def step(params, state):
        value, grad = jax.value_and_grad(loss)(params)
        updates, state = rule.update(grad, state, params, value=value, grad=grad, value_fn=loss)
        return optax.apply_updates(params, updates), state

    step = fast_compile_jit(step, RUN_ONCE)
    start = {"a": jnp.array([0.3]), "b": jnp.array([[0.5, -0.2]]), "c": jnp.array(0.4)}
    params, state = start, rule.init(start)
    for _ in range(25):
        params, state = step(params, state)
    kinds = {leaf.dtype for leaf in jax.tree.leaves((params, state))}
    assert kinds == {np.dtype(np.float32)}
    assert loss(params) < 1e-3 * loss(start)


NOWHERE = {
    "flat": (lambda point: 0.0 * jnp.sum(point), (1.0, 2.0)),
    "minimum": (lambda point: jnp.sum((point - 2.0) ** 2) ** 2, (2.0, 2.0)),
    "saddle": (lambda point: point[0] ** 2 - point[1] ** 2, (0.0, 0.0)),
}
FOR_EVER = {
    "plane": (lambda point: point[0] - 2 * point[1], (1.0, 0.5)),
    "slope of a saddle": (lambda point: point[0] ** 2 - point[1] ** 2, (1.0, 0.5)),
    "nothing": (lambda point: jnp.nan * jnp.sum(point), (1.0, 2.0)),
}


def odd(point, number):
    return jax.lax.switch(number, [loss for loss, _ in (NOWHERE | FOR_EVER).values()], point)


def down(name):
    """Every form down one of the losses above; all of them are one program."""
    place = [*NOWHERE, *FOR_EVER].index(name)
    sampling = Sampling(loss=odd, samples=np.full((4, 1), place))
    start = (NOWHERE | FOR_EVER)[name][1]
    return descend(jnp.sum, settings(FORMS), start, steps=4, sampling=sampling)


@pytest.mark.parametrize("name", NOWHERE)
def test_where_there_is_no_gradient_no_rule_steps(name):
    for run in down(name):
        np.testing.assert_array_equal(run.points, np.tile(NOWHERE[name][1], (5, 1)))


@pytest.mark.parametrize("name", FOR_EVER)
def test_where_the_loss_falls_for_ever_or_is_nothing_points_are_finite(name):
    for form, run in zip(FORMS, down(name), strict=True):
        if name != "nothing" or form in SEARCHING:
            assert np.isfinite(run.points).all(), form
            assert all(np.isfinite(values).all() for values in run.series.values()), form


@pytest.mark.parametrize("name", ["steepest_descent", "conjugate_gradient", "bfgs", "lbfgs", "newton"])
def test_a_missing_loss_is_asked_for(name):
    rule = load(name).rule()
    with pytest.raises(ValueError, match=rf"^{name} .*: give its update the loss, value_fn=loss\.$"):
        rule.update(jnp.ones(2), rule.init(jnp.ones(2)), jnp.ones(2))


def test_lbfgs_without_a_search_needs_no_loss():
    rule = load("lbfgs").rule(line_search="fixed", learning_rate=0.5)
    updates, _ = rule.update(jnp.array([3.0, -1.0]), rule.init(jnp.ones(2)), jnp.ones(2))
    np.testing.assert_allclose(updates, (-0.375, 0.125))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("bfgs", {"line_search": "global"}, "line_search of bfgs must be exact or wolfe; got 'global'"),
        ("steepest_descent", {"line_search": "best"}, "must be exact, global or wolfe; got 'best'"),
        ("conjugate_gradient", {"method": "hs"}, "must be fr, pr or pr[+]; got 'hs'"),
        ("lbfgs", {"memory_size": 0}, "memory_size of lbfgs must be a whole number"),
    ],
)
def test_wrong_words_of_searching_rules_are_refused(name, options, message):
    with pytest.raises(HyperparameterError, match=message):
        load(name).rule(**options)


def test_only_a_step_that_is_given_has_a_rate():
    assert [name for name, _ in FORMS if load(name).has_rate] == ["lbfgs"] * 3
    assert not any(load(name).tuned for name, _ in FORMS)
