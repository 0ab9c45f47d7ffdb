"""Runs that are shown beside themselves: without delay, or without being stopped."""

import numpy as np
import pytest

import ravine
from ravine import optimizers
from ravine.films import Film, Recipe
from ravine.films._runs import with_controls, without_controls
from ravine.optimizers import read_setting

DELAYED = {name: optimizers.load(name) for name in optimizers.names() if optimizers.load(name).baseline}


def shown(*texts, early_stopping=False):
    return with_controls([read_setting(text) for text in texts], early_stopping=early_stopping)


def labels(runs):
    return [run.setting.label for run in runs]


def test_the_asynchronous_methods_have_a_control():
    assert set(DELAYED) >= {
        "hogwild",
        "downpour",
        "delayed_sgd",
        "async_adagrad",
        "adaptive_revision",
        "easgd",
    }


@pytest.mark.parametrize("name", DELAYED)
def test_a_control_is_added_once(name):
    given, control = shown(f"{name}@mine")
    assert (given.setting, given.leader) == (read_setting(f"{name}@mine"), 0)
    assert (control.setting.label, control.leader) == ("mine, no delay", 0)
    for key, value in DELAYED[name].baseline.items():
        assert control.setting.complete[key] == value
    others = set(control.setting.complete) - set(DELAYED[name].baseline)
    assert all(control.setting.complete[key] == given.setting.complete[key] for key in others)


@pytest.mark.parametrize("name", DELAYED)
def test_a_control_that_is_given_is_not_added(name):
    (control,) = (run.setting for run in shown(name) if run.leader == 0 and "no delay" in run.setting.label)
    runs = with_controls([read_setting(name), control], early_stopping=False)
    assert [run.setting for run in runs] == [read_setting(name), control]
    runs = with_controls([control, read_setting(name)], early_stopping=False)
    assert [run.leader for run in runs] == [0, 1]
    assert len(with_controls([control], early_stopping=False)) == 1


def test_one_control_does_for_runs_at_one_rate():
    runs = shown("delayed_sgd:learning_rate=0.1,delay=2", "delayed_sgd:learning_rate=0.1,delay=5")
    assert [run.setting.complete["delay"] for run in runs] == [2, 0, 5]


def test_other_rates_need_controls_of_their_own():
    runs = shown("delayed_sgd:learning_rate=0.1,delay=2", "delayed_sgd:learning_rate=0.2,delay=5")
    assert [run.setting.complete["delay"] for run in runs] == [2, 0, 5, 0]
    assert [run.leader for run in runs] == [0, 0, 2, 2]
    # Each of these is tuned, and may get another rate.
    runs = shown("delayed_sgd:delay=2", "delayed_sgd:delay=5")
    assert [run.leader for run in runs] == [0, 0, 2, 2]


def test_a_given_rate_is_not_the_tuned_one_by_chance():
    default = optimizers.load("hogwild").defaults["learning_rate"]
    runs = shown("hogwild", f"hogwild@plain:learning_rate={default},workers=1")
    assert labels(runs) == ["Hogwild!", "Hogwild!, no delay", "plain"]


@pytest.mark.parametrize("text", ["sgd", "adam", "lookahead"])
def test_a_rule_without_delay_has_no_control(text):
    assert labels(shown(text)) == [read_setting(text).label]


def test_stopped_runs_are_shown_unstopped_too():
    runs = shown("sgd", "adam", early_stopping=True)
    assert labels(runs) == ["SGD", "SGD, not stopped", "Adam", "Adam, not stopped"]
    assert [run.stops for run in runs] == [True, False, True, False]
    assert [run.leader for run in runs] == [0, 0, 2, 2]


def test_many_runs_are_all_stopped_without_controls():
    runs = shown("sgd", "adam", "momentum", "rmsprop", early_stopping=True)
    assert len(runs) == 4
    assert all(run.stops for run in runs)


def test_settings_without_controls():
    runs = without_controls([read_setting("hogwild"), read_setting("sgd")])
    assert labels(runs) == ["Hogwild!", "SGD"]
    assert [run.leader for run in runs] == [0, 1]
    assert all(run.stops for run in runs)


def rates(film):
    return [run.setting.complete["learning_rate"] for run in film.descents]


def test_a_control_has_the_tuned_rate_of_its_leader():
    film = ravine.film(
        "ravine", ["sgd", "delayed_sgd:delay=6", "delayed_sgd@given:learning_rate=0.002,delay=3"], steps=60
    )
    sgd, late, control, given, its_control = rates(film)
    assert (late, given) == (control, 0.002)
    assert its_control == given
    # Late gradients bear a smaller rate: left to itself the control would have found that of plain SGD.
    assert late < sgd
    np.testing.assert_allclose(
        film.descents[2].points,
        ravine.film("ravine", [f"sgd:learning_rate={late}"], steps=60).descents[0].points,
        rtol=1e-12,
    )


@pytest.mark.parametrize("control", [True, False])
def test_the_recipe_says_whether(control):
    film = Film(Recipe(optimizers=("delayed_sgd:learning_rate=0.001",), steps=3, control=control))
    assert len(film.descents) == (2 if control else 1)


def test_the_tuned_rates_of_a_film_with_controls_reproduce_it():
    film = ravine.film("ravine", ["delayed_sgd:delay=4", "sgd"], steps=30)
    assert [text.partition(":")[0] for text in film.reproducing] == ["delayed_sgd", "sgd"]
    again = ravine.film("ravine", film.reproducing, steps=30)
    for one, other in zip(film.descents, again.descents, strict=True):
        assert one.label == other.label
        np.testing.assert_array_equal(one.points, other.points)
    assert '"delayed_sgd:delay=4,learning_rate=' in film.frames.comment


def test_a_control_does_not_change_what_is_tuned():
    alone = ravine.film("ravine", ["delayed_sgd:delay=4"], steps=30, control=False)
    beside = ravine.film("ravine", ["delayed_sgd:delay=4"], steps=30)
    np.testing.assert_array_equal(alone.descents[0].points, beside.descents[0].points)
