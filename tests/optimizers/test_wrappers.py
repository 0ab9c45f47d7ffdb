"""Rules around other rules, and those that average or switch: what they do in special cases, and pass on."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine.optimizers import HyperparameterError, Setting, descend, load, read_setting


def rule(name, **hyperparameters):
    return load(name).rule(**hyperparameters)


START = (-1.2, 0.7)


def rosenbrock(point):
    x, y = point
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def flat(point):
    return 0.0 * point.sum()


def setting(name, **hyperparameters):
    return Setting(optimizer=load(name), hyperparameters=hyperparameters)


def assert_near(points, expected, tolerance):
    off = np.linalg.norm(points - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))
    assert off.max() <= tolerance


def test_swats_switches_once_its_rate_has_settled():
    thresholds = np.array([1e-9, 5e-4])
    chosen = setting("swats", learning_rate=0.02, b1=0.8, b2=0.95, eps=1e-3, switch_threshold=thresholds)
    (run,) = descend(rosenbrock, [chosen], START, steps=80)
    never, once = run.series["learning_rate"]
    assert (never == 0.02).all()
    assert (once[0], once[40]) == (0.02, once[-1])
    assert (np.diff(once) != 0).sum() == 1
    np.testing.assert_array_equal(run.series["sgd_learning_rate"][1, 40:], once[40:])


def test_swats_stays_where_there_is_no_slope():
    (run,) = descend(flat, [load("swats")], START, steps=5)
    np.testing.assert_array_equal(run.points, [START] * 6)
    np.testing.assert_array_equal(run.series["sgd_learning_rate"], np.zeros(5))


INNER = ("nesterov", "radam")


def test_wrappers_that_do_nothing_are_their_inner_rule():
    """A wrapper sees the parameters, which are where Nesterov looks ahead to."""
    inner = [setting(name, learning_rate=0.003) for name in INNER]
    still = [setting("lookahead", inner=rule, sync_period=1, slow_step_size=1.0) for rule in inner]
    silent = [setting("noisy", inner=rule, eta=0.0) for rule in inner]
    runs = iter(descend(rosenbrock, [*inner, *still, *silent], START, steps=40))
    plain, ahead, noisy = ([next(runs) for _ in INNER] for _ in range(3))
    for one, other in zip(ahead, plain, strict=True):
        assert_near(one.points, other.points, 1e-13)
        assert_near(one.markers["slow"], other.markers.get("look-ahead", other.points), 1e-13)
    for one, other in zip(noisy, plain, strict=True):
        assert_near(one.points, other.points, 1e-13)
        np.testing.assert_array_equal(one.series["sigma"], np.zeros(40))


def test_averages_are_the_iterate_until_they_begin():
    inner = setting("momentum", learning_rate=0.01)
    averaged = [setting("swa", inner=inner, swa_start=9, average_start=counted) for counted in (False, True)]
    plain, *runs = descend(rosenbrock, [inner, *averaged], START, steps=20)
    for run in runs:
        np.testing.assert_array_equal(run.points, plain.points)
        np.testing.assert_array_equal(run.markers["average"][:10], plain.points[:10])


def deviates_of(run):
    """What is added to each gradient, in units of its standard deviation."""
    return -np.diff(run.points, axis=0) / run.series["sigma"][:, None]


def test_noise_is_normal_and_falls_as_published():
    chosen = setting("noisy", inner=setting("sgd", learning_rate=1.0), eta=0.7, gamma=0.8, seed=1)
    (run,) = descend(flat, [chosen], (0.0, 0.0), steps=4000)
    unit = deviates_of(run)
    assert np.abs(unit.mean(axis=0)).max() < 4 / np.sqrt(len(unit))
    np.testing.assert_allclose(unit.std(axis=0), 1, atol=4 / np.sqrt(2 * len(unit)))
    assert abs(np.corrcoef(unit.T)[0, 1]) < 4 / np.sqrt(len(unit))
    assert abs(np.corrcoef(unit[:-1, 0], unit[1:, 0])[0, 1]) < 4 / np.sqrt(len(unit))
    np.testing.assert_allclose(run.series["sigma"] ** 2, 0.7 / np.arange(1, 4001) ** 0.8)


def test_noise_is_that_of_its_seed_or_of_its_record_whose_last_row_is_held():
    inner = setting("sgd", learning_rate=1.0)
    seeded = [setting("noisy", inner=inner, seed=seed) for seed in (3, 4)]
    recorded = setting("noisy", inner=inner, eta=4.0, gamma=0.0, normals=((1.0, 0.0), (0.5, 3.0)))
    *runs, given = descend(flat, [*seeded, recorded], (0.0, 0.0), steps=20)
    first, other = map(deviates_of, runs)
    again, *_ = descend(flat, [*seeded, recorded], (0.0, 0.0), steps=20)
    np.testing.assert_array_equal(first, deviates_of(again))
    assert not np.isclose(first, other).any()
    np.testing.assert_allclose(given.points[:4], [(0, 0), (-2, 0), (-3, -6), (-4, -12)])


def asking():
    """A rule that steps by what `value_fn` gives, which optax's line searches ask for."""

    def update(updates, state, params=None, *, value_fn, **_):
        return jax.tree.map(lambda g: -value_fn(params) * g, updates), state

    return optax.GradientTransformationExtraArgs(lambda _: optax.EmptyState(), update)


WRAPPERS = {
    "lookahead": partial(rule, "lookahead"),
    "swa": partial(rule, "swa"),
    "polyak_averaging": partial(rule, "polyak_averaging"),
    "noisy": partial(rule, "noisy", eta=0.0),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrappers_pass_on_what_a_rule_asks_for(name):
    made = WRAPPERS[name](inner=asking())

    @jax.jit
    def step(params, gradient):
        return made.update(gradient, made.init(params), params, value_fn=lambda p: p.sum())

    updates, _ = step(np.array([1.0, 1.0], np.float32), np.array([1.0, 2.0], np.float32))
    np.testing.assert_allclose(updates, [-2.0, -4.0])


@pytest.mark.parametrize("name", ["lookahead", "swa", "polyak_averaging"])
def test_wrappers_that_keep_weights_need_the_parameters(name):
    made = WRAPPERS[name](inner=rule("sgd"))
    with pytest.raises(ValueError, match=r"needs the parameters: call update\(gradients, state, params\)"):
        made.update(jnp.ones(2), made.init(jnp.ones(2)))


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("lookahead", {"sync_period": 0}, "sync_period of lookahead must be a whole number of steps"),
        ("swa", {"cycle": 0}, "cycle of swa must be a whole number of steps"),
        ("swa", {"swa_start": -1}, "swa_start of swa must be a whole number of steps, at least 0; got -1"),
        ("swa", {"swa_start": 2.5}, "swa_start of swa must be a whole number of steps, at least 0; got 2.5"),
        ("swats", {"switch_step": 0}, "switch_step of swats must be a whole number of steps"),
    ],
)
def test_wrong_steps_of_wrappers_are_refused(name, wrong, message):
    inner = {} if name == "swats" else {"inner": rule("sgd")}
    with pytest.raises(HyperparameterError, match=message):
        rule(name, **inner, **wrong)


MADE = {
    "lookahead": lambda: rule("lookahead", inner=rule("adam", learning_rate=0.02)),
    "swa": lambda: rule("swa", inner=rule("momentum", learning_rate=0.1), swa_start=5, cycle=2),
    "polyak_averaging": lambda: rule("polyak_averaging", inner=rule("adam", learning_rate=0.02)),
    "noisy": lambda: rule("noisy", inner=rule("adam", learning_rate=0.02), eta=1e-4),
    "ranger": lambda: rule("ranger", learning_rate=0.05),
    "asgd": lambda: rule("asgd", learning_rate=0.2, t0=5.0),
    "swats": lambda: rule("swats", learning_rate=0.02, switch_threshold=1e-3),
    "hard switch": lambda: rule("swats", learning_rate=0.02, switch_step=20, sgd_learning_rate=0.1),
    "swa around lookahead": lambda: rule("swa", inner=MADE["lookahead"](), swa_start=3),
}


def kinds(tree):
    return jax.tree.map(lambda leaf: (leaf.shape, str(leaf.dtype)), tree)


@pytest.mark.parametrize("x64", [False, True])
@pytest.mark.parametrize("name", MADE)
def test_wrappers_around_rules_with_moments_keep_their_types(name, x64):
    with jax.enable_x64(x64):
        made = MADE[name]()
        params = {"weights": jnp.ones((3, 2), jnp.float32), "bias": jnp.ones(2, float)}

        def step(params, state):
            updates, state = made.update(params, state, params)
            return optax.apply_updates(params, updates), state

        state = jax.eval_shape(made.init, params)
        assert kinds(jax.eval_shape(step, params, state)) == kinds((params, state))


def test_wrappers_show_what_the_rule_inside_shows():
    """Nesterov's gradients are taken elsewhere than where it is."""
    wrappers = ("noisy:eta=0,inner", "swa:inner", "polyak_averaging:inner")
    inner = read_setting("nesterov:learning_rate=0.01")
    around = [read_setting(f"{wrapper}=(nesterov:learning_rate=0.01)") for wrapper in wrappers]
    alone, *wrapped = descend(
        lambda p: 0.5 * (p[0] ** 2 + 9.0 * p[1] ** 2), [inner, *around], (3.0, 1.0), steps=12
    )
    for run in wrapped:
        np.testing.assert_array_equal(run.points, alone.points)
        np.testing.assert_array_equal(run.markers["look-ahead"], alone.markers["look-ahead"])
