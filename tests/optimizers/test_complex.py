"""Rules that square the gradient, on complex ones: beside the papers, which square the modulus."""

import numpy as np
import pytest
from papers._problems import Given

from ravine.optimizers import Setting, load

FORMS = (
    ("adam", {}),
    ("lazy_adam", {}),
    ("swats", {}),
    ("amsgrad", {}),
    ("nadam", {}),
    ("qhadam", {"nu2": 0.4}),
    ("radam", {}),
    ("demon_adam", {}),
    ("adan", {}),
    ("adamax", {}),
    ("yogi", {}),
    ("adagrad", {}),
    ("rmsprop", {}),
    ("adadelta", {"accumulate": "scaled"}),
    ("lion", {}),
)


@pytest.mark.parametrize(("name", "options"), FORMS, ids=str)
def test_squares_of_complex_gradients_are_of_the_modulus(name, options, papers, steps_on):
    """And a sign is z over |z|; all but the rate is the default."""
    setting = Setting(optimizer=load(name), hyperparameters={"learning_rate": 0.1, **options})
    rng = np.random.default_rng(5)
    gradients = rng.normal(size=(9, 6)) + 1j * rng.normal(size=(9, 6))
    updates, _ = steps_on(setting.optimizer.rule(**setting.complete), gradients)
    walked = getattr(papers[name], name)(Given(gradients), np.zeros(6, complex), **setting.complete)
    points = [next(walked)[0] for _ in range(9)]
    np.testing.assert_allclose(np.cumsum(updates, axis=0)[:-1], points[1:], rtol=1e-9)
