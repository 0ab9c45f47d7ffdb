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
    """A loss of a tree that counts how often a program evaluates it: many places at once as one."""

    def __init__(self):
        self.calls = 0

    def __call__(self, tree):
        jax.debug.callback(self.count)
        apart = jnp.sum((tree["b"] + tree["a"][0]) ** 2)
        return (tree["a"][0] - 1) ** 2 + apart + apart**2 + tree["c"] ** 2

    def count(self):
        self.calls += 1


START = {"a": np.float32([0.3]), "b": np.float32([[0.5, -0.2]]), "c": np.float32(0.4)}


def steps_down(rule, loss, steps, *, value_is_known=False):
    """The parameters after steps down a counted loss, the state, and all losses; gradients are known."""

    def step(carry, _):
        params, state = carry
        value, grad = jax.value_and_grad(loss)(params)
        known = {"value": value} if value_is_known else {}
        updates, state = rule.update(grad, state, params, grad=grad, value_fn=loss, **known)
        return (optax.apply_updates(params, updates), state), value

    def down(params):
        return jax.lax.scan(step, (params, rule.init(params)), length=steps)

    (params, state), losses = fast_compile_jit(down, RUN_ONCE)(START)
    jax.effects_barrier()
    return params, state, losses


@each(*EXACT[:1], *EXACT[3:], WOLFE[0], WOLFE[2], GLOBAL, WITHOUT, *NEWTON)
def test_searching_rules_descend_on_a_tree_in_float32_and_count_evaluations(name, options):
    loss, steps = Counted(), 25
    params, state, values = steps_down(load(name).rule(**options), loss, steps)
    kinds = {leaf.dtype for leaf in jax.tree.leaves((params, state))}
    assert kinds == {np.dtype(np.float32)}
    assert values[-1] < 1e-3 * values[0]
    losses, gradients, hessians = np.asarray(state.evaluations)
    here = steps if (name, options) in SEARCHING else 0
    at_once = steps if (name, options) == GLOBAL else 0
    assert losses == here + 1024 * at_once
    assert hessians == (steps if (name, options) in NEWTON else 0)
    assert here + at_once + gradients + hessians == loss.calls
    assert (gradients > steps) == bool(here)


def test_a_known_loss_is_not_evaluated_again():
    unknown, known = Counted(), Counted()
    rule = load("steepest_descent").rule()
    _, without, _ = steps_down(rule, unknown, 1)
    _, given, _ = steps_down(rule, known, 1, value_is_known=True)
    np.testing.assert_array_equal(without.evaluations - given.evaluations, (1, 0, 0))
    assert unknown.calls == known.calls + 1


def saddle(point):
    return point[0] ** 2 - point[1] ** 2


BEALE = landscapes.load("beale").loss
MINIMUM = (3.0, 0.5)
NOWHERE = {
    "flat": (lambda point: 0.0 * jnp.sum(point), (1.0, 2.0)),
    "minimum": (BEALE, MINIMUM),
    "saddle": (saddle, (0.0, 0.0)),
}
FOR_EVER = {
    "plane": (lambda point: point[0] - 2 * point[1], (1.0, 0.5)),
    "slope of a saddle": (saddle, (1.0, 0.5)),
    "nothing": (lambda point: jnp.nan * jnp.sum(point), (1.0, 2.0)),
}


DOWN = (*EXACT[:1], *EXACT[3:], WOLFE[0], GLOBAL, WITHOUT, *NEWTON)
"""Every direction, and every search."""

STEPS, LANES = 6, 3


@pytest.fixture(scope="module")
def down(any_of):
    """These forms in several lanes down one of the losses above; all of them are one program."""
    losses = list(dict.fromkeys(loss for loss, _ in (NOWHERE | FOR_EVER).values()))
    odd = any_of(losses)

    def down(loss, *starts):
        sampling = Sampling(loss=odd, samples=np.full((STEPS, 1), losses.index(loss)))
        return descend(jnp.sum, settings(DOWN), np.resize(starts, (LANES, 2)), steps=STEPS, sampling=sampling)

    return down


@pytest.mark.parametrize("name", NOWHERE)
def test_where_there_is_no_gradient_no_rule_steps(name, down):
    loss, start = NOWHERE[name]
    for run in down(loss, start):
        np.testing.assert_array_equal(run.points, np.tile(start, (LANES, STEPS + 1, 1)))


@pytest.mark.parametrize("name", FOR_EVER)
def test_where_the_loss_falls_for_ever_or_is_nothing_points_are_finite(name, down):
    loss, start = FOR_EVER[name]
    for form, run in zip(DOWN, down(loss, start), strict=True):
        if name != "nothing" or form in SEARCHING:
            assert np.isfinite(run.points).all(), form
            assert all(np.isfinite(values).all() for values in run.series.values()), form


def test_lanes_of_searching_rules_do_not_see_each_other(down):
    starts = (1.0, 1.5), (2.0, -1.0), MINIMUM
    every = down(BEALE, *starts), down(BEALE, starts[1]), down(BEALE, MINIMUM)
    for form, together, alike, still in zip(DOWN, *every, strict=True):
        np.testing.assert_allclose(together.points[1], alike.points[0], rtol=1e-9, err_msg=str(form))
        np.testing.assert_array_equal(together.points[2], np.tile(MINIMUM, (STEPS + 1, 1)), str(form))
        np.testing.assert_array_equal(together.evaluations[2], still.evaluations[0], str(form))


@pytest.mark.parametrize("name", ["steepest_descent", "conjugate_gradient", "bfgs", "lbfgs", "newton"])
def test_a_missing_loss_is_asked_for(name):
    rule = load(name).rule()
    with pytest.raises(ValueError, match=rf"^{name} ") as raised:
        jax.eval_shape(lambda params: rule.update(params, rule.init(params), params), np.ones(2))
    assert str(raised.value).endswith(": give its update the loss, value_fn=loss.")


def test_lbfgs_without_a_search_needs_no_loss():
    rule = load("lbfgs").rule(line_search="fixed", learning_rate=0.5)
    first = fast_compile_jit(lambda params, grad: rule.update(grad, rule.init(params), params), RUN_ONCE)
    updates, _ = first(jnp.ones(2), jnp.array([3.0, -1.0]))
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
