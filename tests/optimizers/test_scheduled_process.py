"""A schedule for the rate of a method with several workers."""

import numpy as np
import pytest

from ravine.optimizers import HyperparameterError, Setting, descend, load, read_setting

START = (-3.0, 2.0)


def bowl(point):
    return 0.5 * (point[0] ** 2 + 4.0 * point[1] ** 2)


@pytest.mark.parametrize("name", ["hogwild", "downpour", "delayed_sgd", "easgd"])
def test_a_method_without_delay_follows_a_schedule_as_sgd_does(name):
    record = load(name)
    text = "learning_rate=linear(0.1,0.01,30)"
    schedule = read_setting(f"sgd:{text}").hyperparameters
    # Workers of synchronous EASGD coincide here, but their centre is behind them.
    control = {**record.baseline, **({"workers": 1, "rho": 0.0, "beta": 1.0} if name == "easgd" else {})}
    runs = descend(
        bowl,
        [
            read_setting(f"sgd:{text}"),
            Setting(optimizer=record, hyperparameters={**control, **schedule}),
        ],
        START,
        steps=20,
    )
    np.testing.assert_allclose(runs[1].series["learning_rate"], 0.1 - 0.003 * np.arange(20), rtol=1e-12)
    found = runs[1].markers["worker 1"] if name == "easgd" else runs[1].points
    np.testing.assert_allclose(found, runs[0].points, rtol=1e-12)


def test_a_schedule_cannot_follow_a_loss_that_is_not_seen():
    setting = read_setting("hogwild:learning_rate=reduce_on_plateau(0.1)")
    with pytest.raises(HyperparameterError, match="hogwild does not see the loss"):
        descend(bowl, [setting], START, steps=3)
