"""The descent itself: batches, divergence, precision, compilation, and whatever optax offers."""

import inspect
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from papers._problems import Himmelblau

from ravine.films._recipe import COMMON_RULES
from ravine.optimizers import Optimizer, Sampling, Setting, descend, load

RULES = tuple(map(load, COMMON_RULES))


class Counted(Himmelblau):
    """A loss that counts how often it is traced."""

    def __init__(self):
        self.traces = 0

    def __call__(self, point):
        self.traces += 1
        return self.loss(point)


LOSS = Counted()


def bowl(point):
    return jnp.sum(point**2)


def with_rates(rates, name="adam", **others):
    return Setting(optimizer=load(name), hyperparameters={"learning_rate": rates, **others})


STARTS = np.array([(0.5, 0.5), (-1.0, 0.3), (2.0, -2.0)])


@pytest.mark.parametrize(
    ("start", "rates", "batch"),
    [
        ((1.0, 2.0), 0.1, ()),
        ([1, 2], 1, ()),
        (STARTS, 0.1, (3,)),
        ((1.0, 2.0), np.linspace(0.1, 0.4, 4), (4,)),
        (STARTS, np.array([0.1, 0.2, 0.3]), (3,)),
        (STARTS[:, None], np.linspace(0.1, 0.4, 4), (3, 4)),
        (np.broadcast_to(STARTS, (2, 3, 2)), np.array([[0.1], [0.2]]), (2, 3)),
        (STARTS[:1], 0.1, (1,)),
    ],
)
def test_shapes_of_a_descent_follow_its_batch(start, rates, batch):
    (run,) = descend(bowl, [with_rates(rates, "nesterov")], start, steps=7)
    assert run.points.shape == (*batch, 8, 2)
    assert run.losses.shape == run.gradient_norms.shape == (*batch, 8)
    assert {name: ball.shape for name, ball in run.markers.items()} == {"look-ahead": (*batch, 8, 2)}
    assert run.diverged_at.shape == batch
    assert (run.points[..., 0, :] == np.asarray(start)).all()


def test_batches_of_one_run_leave_the_others_alone():
    runs = descend(bowl, [with_rates(np.array([0.1, 0.2])), load("sgd")], (1.0, 2.0), steps=3)
    assert [run.points.shape for run in runs] == [(2, 4, 2), (4, 2)]
    assert [run.label for run in runs] == ["Adam", "SGD"]


def test_a_lane_is_the_single_run():
    rates, rules = np.array([0.001, 0.003, 0.005]), RULES[::2]
    settings = [Setting(optimizer=rule, hyperparameters={"learning_rate": rates}) for rule in rules]
    batched = descend(LOSS, settings, STARTS[:, None], steps=40)
    for row, start in enumerate(STARTS):
        for column, rate in enumerate(rates):
            ones = [Setting(optimizer=rule, hyperparameters={"learning_rate": rate}) for rule in rules]
            for lanes, alone in zip(batched, descend(LOSS, ones, start, steps=40), strict=True):
                for many, one in (
                    (lanes.points, alone.points),
                    (lanes.losses, alone.losses),
                    (lanes.gradient_norms, alone.gradient_norms),
                    *((lanes.markers[name], ball) for name, ball in alone.markers.items()),
                ):
                    np.testing.assert_allclose(many[row, column], one, rtol=1e-12, atol=1e-12)


def test_every_hyperparameter_can_be_a_batch():
    momenta = np.array([0.1, 0.5, 0.9])
    (lanes,) = descend(LOSS, [with_rates(0.001, "momentum", momentum=momenta)], (0.5, 0.5), steps=20)
    for lane, momentum in zip(lanes.points, momenta, strict=True):
        (alone,) = descend(LOSS, [with_rates(0.001, "momentum", momentum=momentum)], (0.5, 0.5), steps=20)
        np.testing.assert_allclose(lane, alone.points, rtol=1e-12, atol=1e-12)
    assert len(np.unique(lanes.points[:, -1, 0])) == 3


def test_losses_and_gradient_norms_are_those_at_the_points():
    runs = descend(LOSS, RULES, STARTS, steps=30)
    for run in runs:
        points = np.moveaxis(run.points, -1, 0)
        np.testing.assert_allclose(run.losses, LOSS.loss(points), rtol=1e-12, atol=1e-12)
        slopes = np.linalg.norm(LOSS.gradient(points), axis=0)
        np.testing.assert_allclose(run.gradient_norms, slopes, rtol=1e-11, atol=1e-11)


def test_divergence_is_found_and_kept():
    # A rate of 50.5 turns every coordinate into -100 times itself: the loss 2e308 at step 77 overflows for
    # two coordinates, and for one a step later; the points overflow at step 155 and are NaN from then on.
    runs = descend(bowl, [with_rates(np.array([50.5, 0.1]), "sgd")], [[(1.0, 1.0)], [(1.0, 0.0)]], steps=170)
    (run,) = runs
    np.testing.assert_array_equal(run.diverged_at, [[77, -1], [78, -1]])
    for row, first in enumerate([77, 78]):
        lost = run.losses[row, 0]
        assert np.isfinite(lost[:first]).all()
        assert not np.isfinite(lost[first:]).any()
        assert np.isfinite(run.points[row, 0, :155]).all()
        assert not np.isfinite(run.points[row, 0, 155:]).all(-1).any()
    assert np.isfinite(run.points[:, 1]).all()


def test_leaving_the_domain_of_the_loss_is_divergence():
    # Along the slope 1 / x of the logarithm from 1, a rate of 2 lands on -1, where there is none.
    (run,) = descend(lambda point: jnp.log(point[0]), [with_rates(2.0, "sgd")], (1.0, 0.0), steps=5)
    assert run.diverged_at == 1
    assert math.isnan(run.losses[1])
    np.testing.assert_array_equal(run.points[1], (-1.0, 0.0))


def test_a_start_off_the_reals_has_diverged_at_once():
    (run,) = descend(bowl, [load("sgd")], [(1.0, 1.0), (math.nan, 1.0), (math.inf, 1.0)], steps=2)
    np.testing.assert_array_equal(run.diverged_at, [-1, 0, 0])


def test_float64_without_a_global_switch():
    assert not jax.config.jax_enable_x64
    (run,) = descend(bowl, [with_rates(1e-9, "sgd")], (1.0, 1.0), steps=1)
    for values in (run.points, run.losses, run.gradient_norms):
        assert values.dtype == np.float64
    assert run.points[1, 0] == 1.0 - 2e-9
    assert not jax.config.jax_enable_x64
    assert jnp.asarray(1.0).dtype == jnp.float32
    with pytest.raises(TypeError):
        descend(lambda point: point, [load("sgd")], (1.0, 1.0), steps=1)
    assert not jax.config.jax_enable_x64


def test_one_compilation_for_all_optimizers_and_all_values(compilations):
    loss = Counted()
    settings = [Setting(optimizer=rule, hyperparameters={"learning_rate": 0.01}) for rule in RULES]
    with compilations() as compiled:
        descend(loss, settings, (1.0, 1.0), steps=5)
    assert len(compiled) == 1
    traces = loss.traces
    assert traces > 0
    other = [Setting(optimizer=rule, hyperparameters={"learning_rate": 0.002}) for rule in RULES]
    with compilations() as compiled:
        descend(loss, other, (-2.0, 0.5), steps=5)
        descend(loss, RULES, (0.0, 0.5), steps=5)
    assert len(compiled) == 0
    assert loss.traces == traces


def by_hand(loss, rule, start, steps):
    """The training loop of optax's documentation."""
    with jax.enable_x64(True):
        params = jnp.array(start)
        state = rule.init(params)
        points = [params]

        @jax.jit
        def step(params, state):
            value, slope = jax.value_and_grad(loss)(params)
            updates, state = rule.update(slope, state, params, value=value, grad=slope, value_fn=loss)
            return optax.apply_updates(params, updates), state

        for _ in range(steps):
            params, state = step(params, state)
            points.append(params)
        return np.array(points)


@pytest.mark.parametrize(
    "rule",
    [
        optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.1, momentum=0.5)),
        optax.adamw(optax.cosine_decay_schedule(0.1, 10)),
        optax.polyak_sgd(),
        optax.chain(optax.sgd(1.0), optax.scale_by_backtracking_linesearch(9, decrease_factor=0.3)),
    ],
    ids=["chain", "schedule", "value", "line search"],
)
def test_any_optax_transformation_descends_as_in_a_plain_loop(rule):
    (run,) = descend(LOSS, [rule], (0.5, 0.5), steps=8)
    expected = by_hand(LOSS, optax.with_extra_args_support(rule), (0.5, 0.5), 8)
    np.testing.assert_allclose(run.points, expected, rtol=1e-9)
    assert run.losses[-1] < run.losses[0]


def test_functions_that_build_a_transformation():
    lion = Optimizer.of(optax.lion)
    assert (lion.name, lion.title) == ("lion", "lion")
    assert lion.has_rate
    assert lion.defaults["learning_rate"] is inspect.Parameter.empty
    assert lion.defaults["b1"] == 0.9
    rates = np.array([0.1, 0.01])
    (run,) = descend(
        LOSS, [Setting(optimizer=lion, hyperparameters={"learning_rate": rates})], (0.5, 0.5), steps=8
    )
    for lane, rate in zip(run.points, rates, strict=True):
        np.testing.assert_allclose(lane, by_hand(LOSS, optax.lion(rate), (0.5, 0.5), 8), rtol=1e-12)


def test_a_titled_transformation():
    rule = Optimizer.of(optax.lion(0.1), title="Lion")
    assert (rule.name, rule.title, rule.has_rate) == ("Lion", "Lion", False)


@pytest.mark.parametrize("steps", [0, -3])
def test_steps_below_one_are_refused(steps):
    with pytest.raises(ValueError, match=rf"at least 1; got {steps}\."):
        descend(bowl, RULES, (1.0, 1.0), steps=steps)


@pytest.mark.parametrize(
    ("start", "named"),
    [
        (1.0, r"\(\)"),
        ((1.0, 2.0, 3.0), r"\(3,\)"),
        ([[1.0], [2.0]], r"\(2, 1\)"),
        ("here", "here"),
        ([], r"\(0,\)"),
    ],
)
def test_malformed_starts_are_refused(start, named):
    with pytest.raises(ValueError, match=named):
        descend(bowl, RULES, start, steps=2)


def test_a_wrapper_costs_what_the_rule_inside_costs():
    inner = Setting(optimizer=load("sam"), hyperparameters={"learning_rate": 0.001})
    around = Setting(optimizer=load("lookahead"), hyperparameters={"inner": inner, "slow_step_size": 1.0})
    alone, wrapped = descend(LOSS, [inner, around], (1.0, 2.0), steps=8)
    np.testing.assert_array_equal(alone.evaluations, wrapped.evaluations)
    assert alone.evaluations[-1].sum() > 8


@pytest.mark.parametrize("shape", [(7, 1), (9, 1), (8,)])
def test_samples_that_do_not_fit_the_steps_are_refused(shape):
    sampling = Sampling(
        loss=lambda point, sample: LOSS(point) + 0.0 * jnp.sum(sample), samples=np.zeros(shape)
    )
    with pytest.raises(ValueError, match=r"Samples have 8 steps and at least 1 draws"):
        descend(LOSS, RULES[:1], (1.0, 2.0), steps=8, sampling=sampling)
