"""Schedule-Free AdamW: Adam without momentum and its average, with gradients taken between the two."""

import optax

from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._real import Real
from ravine.optimizers.rules._schedule_free import schedule_free_from


def schedule_free_adamw(
    *,
    learning_rate: Real = 0.0025,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    weight_decay: Real = 0.0,
) -> optax.GradientTransformationExtraArgs:
    """Schedule-Free AdamW; weights decay at the point where the gradient is taken."""
    base = optax.chain(
        optax.scale_by_rms(b2, eps, eps_in_sqrt=False, bias_correction=True),
        optax.add_decayed_weights(weight_decay),
        optax.scale_by_learning_rate(learning_rate),
    )
    return schedule_free_from(base, b1=b1, weight=learning_rate**2, start_weight=0.0)


OPTIMIZER = Optimizer(
    rule=schedule_free_adamw,
    title="Schedule-Free AdamW",
    equation=r"y_t = (1 - \beta_1) z_t + \beta_1 x_t, \quad z_0 = x_0 = \theta_0 \\"
    r"g_t = \nabla f(y_t) \\"
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2, \quad \hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"z_{t+1} = z_t - \eta_t \left( \frac{g_t}{\sqrt{\hat v} + \epsilon} + \lambda\, y_t \right) \\"
    r"x_{t+1} = (1 - c_t)\, x_t + c_t z_{t+1}, \quad c_t = \frac{\eta_t^2}{\sum_{i=0}^t \eta_i^2}, \quad "
    r"\theta_{t+1} = x_{t+1}",
    family="averaging",
    paper="A. Defazio et al., The Road Less Scheduled",
    year=2024,
    address="https://arxiv.org/abs/2405.15682",
    about="Adam whose jitter is averaged away, without a schedule; the average trails behind z on a long "
    "way.",
    libraries="The paper and the authors' first code count the root of 1 - b2^(t+1) into the rate, and so "
    "into the weights of the average. Their later code and optax agree where the rate never falls (they "
    "weigh by the highest rate so far); their parameters are y, and the average x is calculated when it is "
    "asked for.",
    iterate="x",
    balls={"gradient point": "params", "base point": "z"},
)
