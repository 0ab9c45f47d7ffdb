"""Rules that optax has too, against optax, against one another, and in what else they promise."""

import math
from itertools import islice

import jax
import numpy as np
import optax
import pytest
from papers._problems import Tilted
from papers.schedule_free_adamw import schedule_free_adamw

from ravine.optimizers import HyperparameterError, Setting, descend, load
from ravine.optimizers.rules.sophia import hutchinson

STEPS = 40
TOLERANCE = 1e-11
TILTED = Tilted()
START = (-1.5, 1.2)


def apart(found, expected):
    return np.linalg.norm(found - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))


def chosen(rule, **hyperparameters):
    """A rule of ours by its name, or one of optax."""
    return Setting(optimizer=load(rule), hyperparameters=hyperparameters) if isinstance(rule, str) else rule


def down(*rules, start=START):
    """Their descents down the tilted bowl, in one program."""
    return descend(TILTED.loss, rules, start, steps=STEPS)


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


def test_identities_hold_along_the_whole_descent():
    runs = down(*(chosen(rule, **given) for pair in SAME.values() for rule, given in pair))
    for identity, ours, theirs in zip(SAME, runs[::2], runs[1::2], strict=True):
        assert np.abs(np.diff(ours.points, axis=0)).max() > 1e-3, identity
        assert apart(ours.points, theirs.points).max() < TOLERANCE, identity


def test_schedule_free_takes_gradients_where_optax_does():
    options = {"variant": "optax", "learning_rate": 0.05, "b1": 0.8}
    sgd, adamw, their_sgd, their_adamw = down(
        chosen("schedule_free", **options),
        chosen("schedule_free_adamw", weight_decay=0.1, **options),
        optax.contrib.schedule_free_sgd(0.05, b1=0.8),
        optax.contrib.schedule_free_adamw(0.05, b1=0.8, weight_decay=0.1),
    )
    for ours, theirs in ((sgd, their_sgd), (adamw, their_adamw)):
        assert apart(ours.markers["gradient point"], theirs.points).max() < TOLERANCE, ours.label


def test_schedule_free_adamw_warms_up_under_a_schedule():
    """As the authors' AdamWScheduleFreePaper with warmup_steps=10."""
    given = {"b1": 0.8, "b2": 0.99, "eps": 1e-8, "weight_decay": 0.1}
    walked = schedule_free_adamw(
        TILTED, np.array(START), learning_rate=lambda t: 0.05 * min((t + 1) / 10, 1), **given
    )
    expected = np.array([x for x, _ in islice(walked, STEPS + 1)])

    def warm(count):
        return 0.05 * np.minimum((count + 1) / 10, 1)

    (ours,) = down(chosen("schedule_free_adamw", learning_rate=warm, **given))
    assert apart(ours.points, expected).max() < TOLERANCE


def test_schedule_free_sgd_without_momentum_is_the_running_mean_of_descent():
    ours, descent = down(
        chosen("schedule_free", learning_rate=0.05, b1=0.0), chosen("sgd", learning_rate=0.05)
    )
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
    (run,) = down(chosen("prodigy", initial_distance=1e-4), start=(4.0, 2.0))
    distance = run.series["distance"]
    assert distance[0] == 1e-4
    assert (np.diff(distance) >= 0).all()
    assert 1e-2 < distance[-1] <= np.abs(np.array([4.0, 2.0]) - TILTED.MIDDLE).max()


def test_hutchinsons_estimate_has_the_diagonal_for_its_mean():
    with jax.enable_x64(True):
        keys = jax.random.split(jax.random.key(3), 4000)
        estimate = jax.jit(jax.vmap(lambda key: hutchinson(TILTED.loss, np.array([1.0, 2.0]), key)))
        estimates = estimate(keys)
    error = np.asarray(estimates).std(axis=0) / math.sqrt(len(keys))
    assert (np.abs(np.asarray(estimates).mean(axis=0) - np.diag(TILTED.MATRIX)) < 3 * error).all()
    assert (error < 0.2).all()


DIVIDING = ("polyak_sgd", "dog", "prodigy", "novograd", "rprop", "schedule_free")


def several_gradients(start=START):
    """SAM, and Sophia with two seeds; and rules that divide by how far they went or how steep it is."""
    sophias = (chosen("sophia", learning_rate=0.1, gamma=1.0, seed=seed) for seed in (0, 1))
    return down(chosen("sam", learning_rate=0.01), *sophias, *map(load, DIVIDING), start=start)


def test_sophias_vectors_change_with_the_seed_alone():
    (_, first, other, *_), (_, again, *_) = several_gradients(), several_gradients()
    np.testing.assert_array_equal(first.points, again.points)
    assert apart(first.points, other.points).max() > 1e-3


def test_rules_of_several_gradients_count_them():
    sam, sophia, *_ = several_gradients()
    steps = np.arange(STEPS + 1)
    for run, gradients in ((sam, 2 * steps), (sophia, steps + np.ceil(steps / 10))):
        np.testing.assert_array_equal(run.evaluations[:, 1], gradients)
        assert not run.evaluations[:, [0, 2]].any()


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
    for run in several_gradients(start=TILTED.MIDDLE):
        np.testing.assert_allclose(run.points, np.tile(TILTED.MIDDLE, (STEPS + 1, 1)), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("sam", "value_fn=loss"), ("sophia", "value_fn=loss"), ("polyak_sgd", r"value=loss\(params\)")],
)
def test_missing_arguments_of_an_update_are_asked_for(name, wanted):
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
