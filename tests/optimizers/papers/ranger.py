"""Wright 2019: Lookahead around RAdam, with eps added before the correction."""

from functools import partial

from papers.lookahead import lookahead
from papers.radam import radam

PER_CURVATURE = True
FORMS = (
    (
        {"sync_period": 4},
        {
            "learning_rate": (0.01, 0.5),
            "b1": (0.5, 0.95),
            "b2": (0.95, 0.9999),
            "eps": (1e-10, 1e-2),
            "slow_step_size": (0.3, 0.9),
            "threshold": (4.0, 9.5),
        },
    ),
)


def ranger(f, theta, *, sync_period, slow_step_size, **hyperparameters):
    inner = partial(radam, eps_before_correction=True, **hyperparameters)
    return lookahead(f, theta, inner=inner, sync_period=sync_period, slow_step_size=slow_step_size)
