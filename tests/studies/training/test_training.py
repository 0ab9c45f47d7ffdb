"""Training a network: against loops in plain NumPy and plain optax, and what a run says of itself."""

from functools import cache, partial

import equinox as eqx
import jax
import numpy as np
import optax
import pytest

import ravine
from ravine.landscapes import minibatches, stopping_step
from ravine.landscapes.networks import Problem, load, load_data
from ravine.landscapes.networks._network import trained
from ravine.studies.training import train

STEPS = 24
ADAM = "adam:learning_rate=0.05"
SGD = "sgd:learning_rate=0.1"

rule = cache(ravine.rule)
"""The same object for the same text, so that it is compiled once for several tests."""


@pytest.fixture(scope="module")
def moons():
    return Problem(
        network=load("mlp"), data=load_data("moons"), options={"activation": "tanh", "widths": (5,)}
    )


@pytest.fixture(scope="module")
def normalised():
    options = {"activation": "tanh", "widths": (5,), "batch_norm": True}
    return Problem(network=load("mlp"), data=load_data("moons"), options=options)


def rows_of(problem, *, size=20, steps=STEPS, seed=3, order="shuffled"):
    return minibatches(len(problem.data.train.labels), size=size, steps=steps, seed=seed, order=order)[:, 0]


def as_float64(model):
    return [np.asarray(leaf, np.float64) for leaf in jax.tree.leaves(model)]


def at(training, place):
    return jax.tree.leaves(training.iterate(place))


class Perceptron:
    """One hidden layer of tanh units and the mean cross-entropy, with the gradient written out."""

    def __init__(self, data):
        self.inputs = np.asarray(data.train.inputs, np.float64)
        self.labels = np.asarray(data.train.labels)

    def loss_and_gradient(self, params, rows):
        first, bias, second, last_bias = params
        x, y = self.inputs[rows], self.labels[rows]
        hidden = np.tanh(x @ first.T + bias)
        logits = hidden @ second.T + last_bias
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities = shifted / shifted.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(probabilities[np.arange(len(y)), y]))
        slope = (probabilities - np.eye(probabilities.shape[1])[y]) / len(y)
        back = slope @ second * (1 - hidden**2)
        return loss, [back.T @ x, back.sum(axis=0), slope.T @ hidden, slope.sum(axis=0)]

    def descend(self, params, all_rows, *, rate, momentum=0.0, decay=0.0):
        """Heavy-ball momentum: the velocity takes the gradient, and the parameters the velocity."""
        velocity = [np.zeros_like(leaf) for leaf in params]
        iterates, losses = [params], []
        for rows in all_rows:
            loss, gradient = self.loss_and_gradient(params, rows)
            velocity = [
                momentum * v + g + decay * p for v, g, p in zip(velocity, gradient, params, strict=True)
            ]
            params = [p - rate * v for p, v in zip(params, velocity, strict=True)]
            iterates.append(params)
            losses.append(loss)
        return iterates, np.array(losses)


@pytest.mark.parametrize(
    ("text", "momentum", "decay", "order"),
    [
        (SGD, 0.0, 0.0, "shuffled"),
        (SGD, 0.0, 0.0, "replacement"),
        ("momentum:learning_rate=0.1,momentum=0.8", 0.8, 0.05, "shuffled"),
    ],
)
def test_equals_a_loop_in_numpy(moons, text, momentum, decay, order):
    run = train(
        moons,
        rule(text),
        steps=STEPS,
        batch_size=20,
        order=order,
        seed=3,
        save_every=10,
        weight_decay=decay,
    )
    iterates, losses = Perceptron(moons.data).descend(
        as_float64(moons.start(3)), rows_of(moons, order=order), rate=0.1, momentum=momentum, decay=decay
    )
    assert run.steps.tolist() == [0, 10, 20, 24]
    assert run.diverged_at is None
    np.testing.assert_allclose(run.batch_losses, losses, rtol=2e-5)
    for place, step in enumerate(run.steps):
        for found, expected in zip(at(run, place), iterates[step], strict=True):
            np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-6)


def test_all_examples_a_step_are_gradient_descent(moons):
    run = train(moons, rule(SGD), steps=9, batch_size="full", seed=3)
    rows = np.tile(np.arange(len(moons.data.train.labels)), (9, 1))
    iterates, losses = Perceptron(moons.data).descend(as_float64(moons.start(3)), rows, rate=0.1)
    np.testing.assert_allclose(run.batch_losses, losses, rtol=2e-5)
    np.testing.assert_allclose(run.measures["train_loss"][:-1], losses, rtol=2e-5)
    for found, expected in zip(at(run, -1), iterates[-1], strict=True):
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-6)


def plain_loop(problem, rule, *, place=lambda params, state: params, steps=STEPS):
    """Parameters after each step of a plain optax loop, with the leaves that are no parameters held."""
    params, rest = eqx.partition(problem.start(3), trained(problem.start(3)))
    state, found = rule.init(params), []

    def loss(params, inputs, labels):
        return problem.batch_loss(eqx.combine(params, rest), inputs, labels)

    @partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})
    def step(params, state, inputs, labels):
        value, gradient = jax.value_and_grad(loss)(params, inputs, labels)
        updates, state = rule.update(
            gradient,
            state,
            params,
            value=value,
            grad=gradient,
            value_fn=lambda at: loss(at, inputs, labels),
        )
        return optax.apply_updates(params, updates), state

    for rows in rows_of(problem, steps=steps):
        params, state = step(params, state, *(array[rows] for array in problem.data.train))
        found.append(jax.device_get(place(params, state)))
    return found


RULES = [
    ("schedule_free:learning_rate=0.3", "x"),
    ("lbfgs", None),
    ("sam:learning_rate=0.3", None),
]


@pytest.mark.parametrize(("text", "iterate"), RULES, ids=[text for text, _ in RULES])
def test_equals_a_loop_in_optax(moons, text, iterate):
    steps = 6 if text == "lbfgs" else STEPS
    run = train(moons, rule(text), steps=steps, batch_size=20, seed=3, save_every=10, iterate=iterate)
    expected = plain_loop(
        moons,
        rule(text),
        steps=steps,
        place=lambda params, state: params if iterate is None else optax.tree.get(state, iterate),
    )
    for place, step in enumerate(run.steps[1:], start=1):
        for found, wanted in zip(at(run, place), jax.tree.leaves(expected[step - 1]), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)


@pytest.fixture(scope="module")
def normalised_loop(normalised):
    return plain_loop(normalised, rule(SGD), steps=130)


@pytest.fixture(scope="module")
def run_of(normalised):
    """130 steps with batch norm, saved every so many."""
    return cache(
        lambda every: train(normalised, rule(SGD), steps=130, batch_size=20, seed=3, save_every=every)
    )


def test_statistics_of_batch_norm_are_measured_and_not_trained(normalised, normalised_loop, run_of):
    run, expected = run_of(10), normalised_loop
    for place, step in enumerate(run.steps[1:], start=1):
        kept = run.iterate(place)
        params = eqx.filter(kept, trained(kept))
        for found, wanted in zip(jax.tree.leaves(params), jax.tree.leaves(expected[step - 1]), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-5)
        signals = normalised.data.train.inputs @ kept.layers[0].weight.T + kept.layers[0].bias
        np.testing.assert_allclose(kept.norms[0].mean, signals.mean(axis=0), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(kept.norms[0].variance, signals.var(axis=0), rtol=1e-4)


@pytest.mark.parametrize("every", [10, 64])
def test_saved_iterates_and_their_measures(normalised, normalised_loop, run_of, every):
    run = run_of(every)
    assert run.steps.tolist() == sorted({*range(0, 130, every), 130})
    assert all(isinstance(leaf, np.ndarray) for leaf in jax.tree.leaves(run.iterates))
    data, objective = normalised.data.splits, normalised.objective("inference")
    measures = jax.jit(lambda model, data: objective.measures(model, objective.features(model, data), data))
    for place in (0, len(run.steps) // 2, -1):
        for name, value in measures(run.iterate(place), data).items():
            np.testing.assert_allclose(run.measures[name][place], value, rtol=1e-5)
    for ends, model in ((normalised.start(3), run.start), (run.iterate(-1), run.solution)):
        for mine, other in zip(jax.tree.leaves(model), jax.tree.leaves(ends), strict=True):
            np.testing.assert_array_equal(mine, other)
    params = eqx.filter(run.solution, trained(run.solution))
    for found, wanted in zip(jax.tree.leaves(params), jax.tree.leaves(normalised_loop[-1]), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)


def test_a_start_that_is_given(moons):
    start = moons.start(8)
    run = train(moons, rule(SGD), steps=3, batch_size=20, save_every=10, start=start)
    for mine, given in zip(at(run, 0), jax.tree.leaves(start), strict=True):
        np.testing.assert_array_equal(mine, given)


def test_a_curriculum_draws_the_easy_ones_first(moons):
    difficulty = np.arange(len(moons.data.train.labels), dtype=float)
    run = train(
        moons,
        rule(SGD),
        steps=4,
        batch_size=20,
        seed=3,
        save_every=10,
        order="curriculum",
        difficulty=difficulty,
    )
    rows = minibatches(len(difficulty), size=20, steps=4, order="curriculum", seed=3, difficulty=difficulty)
    _, losses = Perceptron(moons.data).descend(as_float64(moons.start(3)), rows[:, 0], rate=0.1)
    np.testing.assert_allclose(run.batch_losses, losses, rtol=1e-5)


@pytest.mark.parametrize("patience", [30, 7])
def test_early_stopping(moons, patience):
    common = {"steps": 400, "batch_size": 20, "seed": 1, "save_every": 10}
    whole = train(moons, rule(ADAM), **common)
    place = stopping_step(whole.measures["test_loss"], patience=-(-patience // 10))
    stopped = train(moons, rule(ADAM), **common, early_stopping=patience)
    assert place is not None
    assert place < len(whole.steps) - 1
    assert stopped.stopped_at == whole.steps[place]
    assert whole.stopped_at is None
    np.testing.assert_array_equal(stopped.steps, whole.steps[: place + 1])
    np.testing.assert_array_equal(stopped.batch_losses, whole.batch_losses[: stopped.stopped_at])
    for mine, other in zip(jax.tree.leaves(stopped.solution), at(whole, place), strict=True):
        np.testing.assert_array_equal(mine, other)


def test_a_run_that_keeps_falling_is_not_stopped(moons):
    run = train(moons, rule(SGD), steps=60, batch_size="full", early_stopping=2)
    assert run.stopped_at is None
    assert run.steps[-1] == 60


def test_divergence_is_part_of_the_record(moons):
    run = train(moons, rule("sgd:learning_rate=1e38"), steps=60, batch_size=20, save_every=10)
    assert run.steps[-1] == 60
    assert not np.isfinite(run.measures["train_loss"][-1])
    assert run.diverged_at == np.flatnonzero(~np.isfinite(run.batch_losses))[0]
    assert 0 < run.diverged_at < 5


def test_a_last_step_may_be_the_one_that_diverges(moons):
    run = train(moons, rule("sgd:learning_rate=1e38"), steps=1, batch_size=20, save_every=10)
    assert np.isfinite(run.batch_losses).all()
    assert run.diverged_at == (None if np.isfinite(run.measures["train_loss"][-1]) else 1)


def test_progress_is_told(moons):
    told = []
    train(moons, rule(SGD), steps=130, batch_size=20, save_every=10, on_step=told.append)
    assert told[0] == 0
    assert told[-1] == 130
    assert told == sorted(told)
    assert len(told) > 2


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"steps": 0}, "A training takes at least 1 step; got 0."),
        ({"batch_size": 0}, "A minibatch holds at least 1 example; got a size of 0."),
        ({"batch_size": 321}, "no more examples than there are, which is 320; got a size of 321"),
        ({"save_every": 0}, "Iterates are saved every 1 or more steps; got 0."),
        ({"weight_decay": -0.1}, "Weight decay is a number of at least 0; got -0.1."),
        ({"weight_decay": float("nan")}, "Weight decay is a number of at least 0; got nan."),
        ({"early_stopping": 0}, "The patience of early stopping is at least 1 step; got 0."),
        ({"order": "sorted"}, "The order of examples is one of shuffled, replacement, curriculum; got"),
        ({"order": "sorted", "batch_size": "full"}, "The order of examples is one of"),
        ({"order": "curriculum"}, "A curriculum needs the difficulty of each example"),
    ],
)
def test_an_impossible_training_is_refused(moons, choices, message):
    with pytest.raises(ValueError, match=message):
        train(moons, rule(SGD), **{"steps": 5, "batch_size": 20, **choices})


def test_a_rule_that_needs_too_large_a_matrix_is_refused():
    digits = Problem(network=load("mlp"), data=load_data("digits"))
    with pytest.raises(ValueError, match=r"newton .* at most 2000; got 4810"):
        train(digits, rule("newton"), steps=2)
