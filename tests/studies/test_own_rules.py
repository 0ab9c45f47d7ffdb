"""Optimizers of the user's own in studies: each is trained as itself, kept or not, whatever it is called."""

import jax
import numpy as np
import optax
import pytest

import ravine
from ravine import optimizers
from ravine.optimizers import Optimizer, Setting
from ravine.studies._train import TrainOptions

NETWORK = "deep_linear:widths=[2]"
CHOSEN = {"data": "moons", "steps": 12, "keep_every": 1, "batch_size": 20}
ROUGH = optax.adam(0.1)


def losses(*rules, **choices):
    return [
        run.training.batch_losses for run in ravine.train(NETWORK, optimizers=rules, **CHOSEN, **choices).runs
    ]


def adam(learning_rate):
    return optax.set_to_zero()


def scaled(factor):
    def rule(learning_rate):
        return optax.chain(optax.scale(factor), optax.sgd(learning_rate))

    return rule


def of_rate(rate):
    return Setting(optimizer=Optimizer(rule=lambda: optax.sgd(rate), title="Mine", name="sgd"))


def is_matrix(params):
    return jax.tree.map(lambda leaf: leaf.ndim == 2, params)


def is_vector(params):
    return jax.tree.map(lambda leaf: leaf.ndim == 1, params)


KINDS = {
    "random keys": [
        optax.chain(optax.add_noise(1.0, 0.5, jax.random.key(seed, impl="rbg")), optax.sgd(0.1))
        for seed in (1, 2)
    ],
    "masks": [optax.masked(optax.sgd(0.3), mask) for mask in (is_matrix, is_vector)],
    "closures of one name": [
        Setting(optimizer=Optimizer.of(scaled(factor)), hyperparameters={"learning_rate": 0.1})
        for factor in (1.0, 3.0)
    ],
    "schedules as a rate": [
        Setting(optimizer=optimizers.load("sgd"), hyperparameters={"learning_rate": schedule})
        for schedule in (optax.linear_schedule(0.1, 0.5, 9), optax.linear_schedule(0.1, 0.9, 9))
    ],
    "ours and another of its name": ["sgd:learning_rate=0.1", of_rate(0.3)],
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_trained_as_itself(kind):
    """The right losses are those of a training of which nothing is kept."""
    rules = KINDS[kind]
    right = losses(*rules, keep=False)
    assert not np.array_equal(*right)
    np.testing.assert_array_equal(losses(*rules), right)  # trained
    np.testing.assert_array_equal(losses(*reversed(rules)), right[::-1])  # found


def test_one_that_stands_still_stands_still():
    losses("adam:learning_rate=0.1")
    run, other = ravine.train(NETWORK, optimizers=[adam, optax.set_to_zero()], **CHOSEN).runs
    for found in (run, other):
        jax.tree.map(np.testing.assert_array_equal, found.solution, found.start)
    assert (run.label, run.text) == ("adam", "")


def test_a_run_is_kept_under_its_equations(monkeypatch):
    from ravine.studies.training import _plan as _plan

    first = losses(ROUGH)
    monkeypatch.setattr(_plan, "run_steps", None)
    np.testing.assert_array_equal(losses(optax.adam(0.1)), first)


def test_rates_are_found_for_each_of_one_name():
    first, second = (
        ravine.train(NETWORK, optimizers=[scaled(factor)], **CHOSEN).runs[0] for factor in (1.0, 100.0)
    )
    assert first.setting.hyperparameters["learning_rate"] > second.setting.hyperparameters["learning_rate"]


@pytest.mark.parametrize("study", [ravine.train, ravine.plane])
def test_a_mix_of_all_kinds(study):
    rules = ["adam:learning_rate=0.1", ROUGH, scaled(1.0)]
    rules += [Optimizer.of(scaled(100.0)), of_rate(0.3)] if study is ravine.train else []
    more = {"resolution": 3} if study is ravine.plane else {}
    found = study(NETWORK, optimizers=rules, **CHOSEN, **more)
    assert len(found.record()["runs" if study is ravine.train else "trajectories"]) == len(rules)
    if study is ravine.train:
        assert len(found.figure().axes) > 0


def test_in_a_walk_only_sgd_itself_has_a_bound_of_sharpness():
    def sgd(learning_rate):
        return optax.adam(learning_rate)

    own = Setting(optimizer=Optimizer.of(sgd), hyperparameters={"learning_rate": 0.1})
    rules = ["sgd:learning_rate=0.1", own]
    walk = ravine.walk(NETWORK, optimizers=rules, sharpness_every=12, **CHOSEN)
    assert [run.stable_sharpness for run in walk.runs] == [20.0, None]
    assert len(walk.record()["runs"]) == len(rules)
    assert len(walk.figure().axes) > 0


def looks_at_its_rate(learning_rate):
    return optax.sgd(learning_rate) if learning_rate > 0 else optax.set_to_zero()


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (looks_at_its_rate, "use jax.numpy there, or give looks_at_its_rate"),
        (lambda learning_rate, beta: optax.sgd(learning_rate * beta), "needs a value for beta"),
    ],
)
def test_a_rule_that_cannot_run_is_refused_in_a_sentence(rule, told):
    for run in (lambda: losses(rule), lambda: ravine.film("beale", [rule], steps=3).descents):
        with pytest.raises(ValueError, match=told) as caught:
            run()
        assert "\n" not in str(caught.value)


def test_a_transformation_whose_constants_have_changed_is_another():
    rate = {"now": 0.5}
    rule = optax.sgd(lambda count: rate["now"])
    for keep in (True, False):
        rate["now"] = 0.5
        first = losses(rule, keep=keep)[0]
        rate["now"] = 0.0
        (run,) = ravine.train(NETWORK, optimizers=[rule], **CHOSEN, keep=keep).runs
        jax.tree.map(np.testing.assert_array_equal, run.solution, run.start)
        assert not np.array_equal(run.training.batch_losses, first)


def test_one_need_not_stand_in_a_list():
    for rule in (optax.sgd(0.1), optax.sgd, optimizers.load("sgd"), of_rate(0.1)):
        assert TrainOptions.of({"optimizers": rule}).optimizers == (rule,)
        assert ravine.film("beale", rule).recipe.optimizers == (rule,)
    assert len(ravine.train(NETWORK, optimizers=ROUGH, **CHOSEN).runs) == 1


def test_a_record_does_not_take_another_rule_for_ours():
    train = ravine.train(NETWORK, optimizers=[adam, "adam:learning_rate=0.1"], **CHOSEN)
    assert [run["optimizer"] for run in train.record()["runs"]] == ["<adam>", "adam:learning_rate=0.1"]
    film = ravine.film("beale", [adam, "adam:learning_rate=0.1", optax.sgd(0.1)], steps=3)
    named = '["<adam>", "adam:learning_rate=0.1", "<GradientTransformationExtraArgs>"]'
    assert named in film.recipe.described()
    own, ours, _ = film._scene.runs
    assert ours.colour == "#111111" != own.colour
