"""A rule of the catalogue as an optax transformation, for anybody's training loop."""

from typing import Any

import optax

from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._optimizer import RATE, Setting
from ravine.optimizers._process import Process
from ravine.optimizers._scheduled import scheduled
from ravine.optimizers._settings import read_setting


def rule(text: str, **hyperparameters: Any) -> optax.GradientTransformationExtraArgs:
    """Build the optax transformation of an optimizer as the command line writes it.

    Of complex parameters its update is given the conjugate of what `jax.grad` gives, as is usual in optax.

    Args:
        text: A name such as "qhadam", with hyper-parameters or without: "sgd:learning_rate=cosine(0.1,100)",
            "lookahead:inner=(adam:learning_rate=0.01)".
        **hyperparameters: Further ones, which take precedence; 'ravine show NAME' lists those of a rule.

    Raises:
        SpecError: the text does not follow the grammar.
        UnknownNameError: the catalogue has no such optimizer.
        HyperparameterError: the rule has no such hyper-parameter, it cannot take the value, or the method
            has several workers and is no update rule.

    Example:
        >>> import jax.numpy as jnp
        >>> qhadam = rule("qhadam", learning_rate=0.01)
        >>> params = {"weights": jnp.ones((3, 2)), "bias": jnp.zeros(2)}
        >>> updates, state = qhadam.update(params, qhadam.init(params), params)
    """
    setting = read_setting(text)
    chosen = {**setting.hyperparameters, **hyperparameters}
    return rule_of(Setting(optimizer=setting.optimizer, hyperparameters=chosen))


def rule_of(setting: Setting) -> optax.GradientTransformationExtraArgs:
    """Build the optax transformation of a setting.

    Args:
        setting: An optimizer of the catalogue, or one's own, with its hyper-parameters.

    Raises:
        HyperparameterError: a hyper-parameter is missing, or the method has several workers.

    Example:
        >>> import jax.numpy as jnp
        >>> from ravine.optimizers import read_setting
        >>> sgd = rule_of(read_setting("sgd:learning_rate=0.5"))
        >>> update, _ = sgd.update(jnp.ones(2), sgd.init(jnp.zeros(2)))
        >>> update.tolist()
        [-0.5, -0.5]
    """
    setting.check_complete()
    optimizer = setting.optimizer
    values: dict[str, Any] = {
        key: rule_of(value) if isinstance(value, Setting) else value
        for key, value in setting.complete.items()
    }
    rate = values.get(RATE)
    has_schedule = callable(rate) or hasattr(rate, "rates")
    made = optimizer.build(**{**values, RATE: 1.0} if has_schedule else values)
    if isinstance(made, Process):
        raise HyperparameterError(
            f"{optimizer.name} is a method with several workers, not an update rule: run it with descend, or "
            "see it with 'ravine animate'."
        )
    if has_schedule:
        made = scheduled(optimizer.build, learning_rate=values.pop(RATE), **values)
    return optax.with_extra_args_support(made)
