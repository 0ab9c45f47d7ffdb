"""A schedule for the rate of a method with several workers."""

import numpy as np
import pytest

from ravine.optimizers import HyperparameterError, Setting, descend, load, read_setting

START = (-3.0, 2.0)


def bowl(point):
    return 0.5 * (point[0] ** 2 + 4.0 * point[1] ** 2)


def test_methods_without_delay_follow_a_schedule_as_sgd_does():
    sgd = read_setting("sgd:learning_rate=linear(0.1,0.01,30)")
    # Workers of synchronous EASGD coincide here, but their centre is behind them.
    further = {"easgd": {"workers": 1, "rho": 0.0, "beta": 1.0}}
    settings = [
        Setting(
            optimizer=(record := load(name)),
            hyperparameters={**record.baseline, **further.get(name, {}), **sgd.hyperparameters},
        )
        for name in ("hogwild", "downpour", "delayed_sgd", "easgd")
    ]
    expected, *runs = descend(bowl, [sgd, *settings], START, steps=20)
    for run in runs:
        name = run.setting.optimizer.name
        np.testing.assert_allclose(
            run.series["learning_rate"], 0.1 - 0.003 * np.arange(20), rtol=1e-12, err_msg=name
        )
        found = run.markers["worker 1"] if name == "easgd" else run.points
        np.testing.assert_allclose(found, expected.points, rtol=1e-12, err_msg=name)


def test_a_schedule_cannot_follow_a_loss_that_is_not_seen():
    setting = read_setting("hogwild:learning_rate=reduce_on_plateau(0.1)")
    with pytest.raises(HyperparameterError, match="hogwild does not see the loss"):
        descend(bowl, [setting], START, steps=3)
