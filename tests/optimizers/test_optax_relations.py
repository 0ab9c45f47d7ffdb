"""Rules that optax has too, against optax, against one another, and in what else they promise."""

import math

import jax
import numpy as np
import optax
import pytest

from ravine.optimizers import HyperparameterError, Setting, descend, load
from ravine.optimizers.rules.sophia import hutchinson

STEPS = 40
TOLERANCE = 1e-11
MIDDLE = np.array([0.3, -1.1])
MATRIX = np.array([[7.0, -3.0], [-3.0, 2.0]])


def tilted(point):
    """A bowl whose axes are not the coordinates'."""
    away = point - MIDDLE
    return away @ MATRIX @ away / 2


def apart(found, expected):
    return np.linalg.norm(found - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))


def way(rule, start=(-1.5, 1.2), **hyperparameters):
    """The points and balls of a rule of ours, or of optax, down the tilted bowl."""
    if isinstance(rule, str):
        rule = Setting(optimizer=load(rule), hyperparameters=hyperparameters)
    (run,) = descend(tilted, [rule], start, steps=STEPS)
    return run


SAME = {
    "the momentum that is all AdEMAMix's is Adam's": (
        ("ademamix", {"learning_rate": 0.05, "alpha": 0.0}),
        ("adam", {"learning_rate": 0.05}),
    ),
    "SAM without a neighbourhood": (
        ("sam", {"learning_rate": 0.05, "rho": 0.0}),
        ("sgd", {"learning_rate": 0.05}),
    ),
    "no optimism": (
        ("optimistic_gradient", {"learning_rate": 0.05, "optimism": 0.0}),
        ("sgd", {"learning_rate": 0.05}),
    ),
    "Lion without memory": (
        ("lion", {"learning_rate": 0.05, "b1": 0.0}),
        ("sign_sgd", {"learning_rate": 0.05}),
    ),
    "Lion with one momentum is Signum": (
        ("lion", {"learning_rate": 0.05, "b1": 0.8, "b2": 0.8}),
        ("sign_sgd", {"learning_rate": 0.05, "momentum": 0.8}),
    ),
    "Sophia where every step is clipped is Signum": (
        ("sophia", {"learning_rate": 0.05, "b1": 0.8, "gamma": 0.0, "eps": 1e-30}),
        ("sign_sgd", {"learning_rate": 0.05, "momentum": 0.8}),
    ),
    "NovoGrad that forgets at once is normalised momentum": (
        ("novograd", {"learning_rate": 0.05, "b1": 0.0, "b2": 0.0, "eps": 0.0}),
        (optax.chain(optax.normalize_by_update_norm(eps=0.0), optax.scale(-0.05)), {}),
    ),
    "AdaBelief's published eps": (
        ("adabelief", {"learning_rate": 0.05, "eps": 1e-3}),
        (optax.adabelief(0.05, eps=1e-3, eps_root=1e-3), {}),
    ),
    "Adan as optax has it": (
        ("adan", {"learning_rate": 0.05, "variant": "optax"}),
        (optax.adan(0.05, eps_root=0.0), {}),
    ),
    "Yogi as optax has it": (
        ("yogi", {"learning_rate": 0.05, "variant": "optax"}),
        (optax.yogi(0.05), {}),
    ),
    "Polyak's step where optax does not bound it": (
        ("polyak_sgd", {"f_min": 0.1}),
        (optax.polyak_sgd(1e9, f_min=0.1), {}),
    ),
    "Signum as optax has it": (
        ("sign_sgd", {"learning_rate": 0.05, "momentum": 0.8}),
        (optax.signum(0.05, 0.8), {}),
    ),
    "DoG as optax has it": (
        ("dog", {"initial_distance": 0.01}),
        (optax.contrib.dog(init_step=("heuristic", 0.01)), {}),
    ),
    "Prodigy with its means corrected": (
        ("prodigy", {"bias_correction": True, "initial_distance": 1e-3, "eps": 1e-30}),
        (optax.contrib.prodigy(estim_lr0=1e-3, eps=1e-30), {}),
    ),
}


@pytest.mark.parametrize("identity", SAME)
def test_the_same_way(identity):
    (ours, theirs) = (way(rule, **hyperparameters) for rule, hyperparameters in SAME[identity])
    assert np.abs(np.diff(ours.points, axis=0)).max() > 1e-3
    assert apart(ours.points, theirs.points).max() < TOLERANCE


@pytest.mark.parametrize(
    ("name", "options", "theirs"),
    [
        ("schedule_free", {"variant": "optax", "b1": 0.8}, optax.contrib.schedule_free_sgd(0.05, b1=0.8)),
        (
            "schedule_free_adamw",
            {"variant": "optax", "b1": 0.8, "weight_decay": 0.1},
            optax.contrib.schedule_free_adamw(0.05, b1=0.8, weight_decay=0.1),
        ),
    ],
)
def test_schedule_free_takes_gradients_where_optax_does(name, options, theirs):
    ours = way(name, learning_rate=0.05, **options)
    assert apart(ours.markers["gradient point"], way(theirs).points).max() < TOLERANCE


def test_schedule_free_adamw_warms_up():
    """As the authors' AdamWScheduleFreePaper with warmup_steps=10, here under a schedule."""
    b1, b2, decay = 0.8, 0.99, 0.1
    rates = 0.05 * np.minimum(np.arange(1, STEPS + 1) / 10, 1) * np.sqrt(1 - b2 ** np.arange(1, STEPS + 1))
    shares = rates**2 / np.cumsum(rates**2)
    z = x = np.array([-1.5, 1.2])
    v, means = 0.0, [x]
    for rate, share in zip(rates, shares, strict=True):
        y = (1 - b1) * z + b1 * x
        g = MATRIX @ (y - MIDDLE)
        v = b2 * v + (1 - b2) * g**2
        z = z - rate * (g / (np.sqrt(v) + 1e-8) + decay * y)
        x = (1 - share) * x + share * z
        means.append(x)

    def warm(count):
        return 0.05 * np.minimum((count + 1) / 10, 1)

    ours = way("schedule_free_adamw", learning_rate=warm, b1=b1, b2=b2, weight_decay=decay)
    assert apart(ours.points, np.array(means)).max() < TOLERANCE


def test_schedule_free_sgd_without_momentum_is_the_running_mean_of_descent():
    ours, descent = way("schedule_free", learning_rate=0.05, b1=0.0), way("sgd", learning_rate=0.05)
    means = np.cumsum(descent.points, axis=0) / np.arange(1, STEPS + 2)[:, None]
    assert apart(ours.points, means).max() < TOLERANCE
    for name in ("gradient point", "base point"):
        assert apart(ours.markers[name], descent.points).max() < TOLERANCE


def test_schedule_free_follows_what_else_moves_the_parameters():
    rule = load("schedule_free").rule(learning_rate=0.25)
    with jax.enable_x64(True):
        here, push = np.array([2.0, -1.0]), np.array([0.5, 0.25])
        state = rule.init(here)
        updates, state = rule.update(np.zeros(2), state, here + push)
        np.testing.assert_allclose(updates, 0.0, atol=1e-15)
        np.testing.assert_allclose(state.x, here + push, rtol=1e-15)
        np.testing.assert_allclose(state.z, here + push, rtol=1e-15)


def test_prodigys_estimate_never_shrinks_and_stays_below_the_distance():
    run = way("prodigy", (4.0, 2.0), initial_distance=1e-4)
    distance = run.series["distance"]
    assert distance[0] == 1e-4
    assert (np.diff(distance) >= 0).all()
    assert 1e-2 < distance[-1] <= np.abs(np.array([4.0, 2.0]) - MIDDLE).max()


def test_hutchinsons_estimate_has_the_diagonal_for_its_mean():
    with jax.enable_x64(True):
        keys = jax.random.split(jax.random.key(3), 4000)
        estimates = jax.vmap(lambda key: hutchinson(tilted, np.array([1.0, 2.0]), key))(keys)
    error = np.asarray(estimates).std(axis=0) / math.sqrt(len(keys))
    assert (np.abs(np.asarray(estimates).mean(axis=0) - np.diag(MATRIX)) < 3 * error).all()
    assert (error < 0.2).all()


def test_sophias_vectors_change_with_the_seed_alone():
    first, again, other = (way("sophia", learning_rate=0.1, gamma=1.0, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.points, again.points)
    assert apart(first.points, other.points).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "gradients"),
    [("sam", 2 * np.arange(STEPS + 1)), ("sophia", [t + math.ceil(t / 10) for t in range(STEPS + 1)])],
)
def test_what_takes_more_than_one_gradient_counts_them(name, gradients):
    counted = way(name, learning_rate=0.01).evaluations
    np.testing.assert_array_equal(counted[:, 1], gradients)
    assert not counted[:, [0, 2]].any()


def test_rprop_takes_a_step_back_where_the_slope_turns():
    (run,) = descend(
        lambda point: point[0] ** 2 + 0 * point[1],
        [Setting(optimizer=load("rprop"), hyperparameters={"initial_step": 1.0, "eta_plus": 1.5})],
        (2.0, 0.0),
        steps=5,
    )
    # 2 - 1 = 1; 1 - 1.5 = -0.5, where the slope turns; back to 1; half of 1.5 to 0.25; 1.5 times that.
    np.testing.assert_allclose(run.points[:, 0], [2, 1, -0.5, 1, 0.25, -0.875], rtol=1e-15)


def test_at_rest_nothing_divides_by_zero():
    at_rest = ["polyak_sgd", "sam", "dog", "prodigy", "novograd", "rprop", "sophia", "schedule_free"]
    settings = [load(name) for name in at_rest]
    for run in descend(tilted, settings, MIDDLE, steps=3):
        np.testing.assert_allclose(run.points, np.tile(MIDDLE, (4, 1)), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("sam", "value_fn=loss"), ("sophia", "value_fn=loss"), ("polyak_sgd", r"value=loss\(params\)")],
)
def test_what_an_update_needs_is_asked_for(name, wanted):
    rule = load(name).rule()
    here = np.ones(2, np.float32)
    with pytest.raises(ValueError, match=f"^{name} .*: give its update the loss, {wanted}"):
        rule.update(here, rule.init(here), here)


@pytest.mark.parametrize(
    ("name", "known"),
    [("yogi", "paper or optax"), ("adan", "paper, authors or optax"), ("schedule_free", "paper or optax")],
)
def test_an_unknown_variant_names_those_there_are(name, known):
    with pytest.raises(HyperparameterError, match=f"^variant of {name} must be {known}; got 'torch'"):
        load(name).rule(variant="torch")
