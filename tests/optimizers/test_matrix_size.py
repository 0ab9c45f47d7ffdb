"""Rules that hold a matrix over all parameters refuse as many as would fill the memory."""

import jax
import jax.numpy as jnp
import pytest

import ravine
from ravine.optimizers import HyperparameterError


@pytest.mark.parametrize(("name", "most"), [("newton", 2000), ("saddle_free_newton", 2000), ("bfgs", 5000)])
def test_too_many_parameters_are_refused_before_any_step(name, most):
    rule = ravine.rule(name)

    def started(size):
        return jax.eval_shape(lambda: rule.init({"weights": jnp.zeros((size - 1, 1)), "bias": jnp.zeros(1)}))

    started(most)
    with pytest.raises(
        HyperparameterError, match=rf"{name} holds a matrix .* at most {most}; got {most + 1}\."
    ):
        started(most + 1)
