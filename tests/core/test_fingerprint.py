"""What tells functions apart: all that they compute, and nothing else."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine.core.fingerprint import Identified, calls_host, fingerprint

POINT = np.ones(3, np.float32)
LONG = np.arange(3000.0, dtype=np.float32)


def power(exponent):
    return lambda p: jnp.sum(p**exponent)


def in_a_branch(constant):
    return lambda p: jax.lax.cond(p[0] > 0, lambda: constant, lambda: 0.0)


def in_a_loop(constant):
    return lambda p: jax.lax.scan(lambda carry, x: (carry * x + constant, x), 0.0, p)


def in_a_compiled_function(constant):
    return lambda p: jax.jit(lambda q: q * constant)(p)


def in_an_array(constant):
    return lambda p: p @ np.full((3, 2), constant, np.float32)


def deep_in_a_long_array(constant):
    return lambda p: jnp.sum(jnp.asarray(np.where(LONG == 1500.0, constant, LONG))) * p


def in_low_precision(constant):
    return lambda p: p.astype(jnp.bfloat16) * jnp.full(3, constant, jnp.bfloat16)


def of_random_numbers(seed):
    return lambda p: p + jax.random.normal(jax.random.key(int(seed)), p.shape)


def of_a_transformation(rate):
    rule = optax.chain(optax.scale_by_adam(), optax.scale_by_schedule(optax.cosine_decay_schedule(-rate, 9)))
    return lambda p: rule.update(p, rule.init(p), p)


def of_a_derivative(slope):
    @jax.custom_vjp
    def twice(p):
        return 2 * p

    twice.defvjp(lambda p: (2 * p, None), lambda _, along: (slope * along,))
    return jax.grad(lambda p: twice(p).sum())


@pytest.mark.parametrize(
    "made",
    [
        power,
        in_a_branch,
        in_a_loop,
        in_a_compiled_function,
        in_an_array,
        deep_in_a_long_array,
        in_low_precision,
        of_random_numbers,
        of_a_transformation,
        of_a_derivative,
    ],
)
def test_a_constant_counts(made):
    first, second = (fingerprint(made(constant), POINT) for constant in (2.0, 3.0))
    assert first == fingerprint(made(2.0), POINT) != ""
    assert first != second


def test_a_constant_that_has_changed_since_counts():
    scale = 1.0

    def loss(p):
        return scale * p.sum()

    first = fingerprint(loss, POINT)
    scale = 2.0
    assert fingerprint(loss, POINT) != first


def test_names_do_not_count():
    def one(first):
        return jnp.sin(first) * 2

    def other(second):
        wave = jnp.sin(second)
        return wave * 2

    assert fingerprint(one, POINT) == fingerprint(jax.jit(other).__wrapped__, POINT)


@pytest.mark.parametrize(
    "others",
    [
        (jnp.sin, np.ones(4, np.float32)),
        (jnp.sin, np.ones(3, np.int32)),
        (jnp.cos, POINT),
        (lambda p: -jnp.sin(p), POINT),
        (lambda p: {"a": jnp.sin(p)}, POINT),
        (lambda p: p - 2 * p, POINT),
        (lambda p: 2 * p - p, POINT),
    ],
)
def test_equations_shapes_and_results_count(others):
    assert fingerprint(jnp.sin, POINT) != fingerprint(*others)
    assert fingerprint(lambda p: p - 2 * p, POINT) != fingerprint(lambda p: 2 * p - p, POINT)


def test_the_values_of_arguments_do_not_count():
    shape = jax.ShapeDtypeStruct((3,), np.float32)
    assert fingerprint(jnp.sin, POINT) == fingerprint(jnp.sin, POINT + 1) == fingerprint(jnp.sin, shape)


@pytest.mark.parametrize("inside", [lambda f: f, jax.jit, jax.checkpoint], ids=["bare", "jit", "checkpoint"])
def test_a_function_outside_jax_has_no_fingerprint(inside):
    function = inside(lambda p: jax.pure_callback(np.sin, POINT, p, vmap_method="sequential"))
    assert fingerprint(function, POINT) == ""
    assert calls_host(jax.make_jaxpr(function)(POINT).jaxpr)


PROGRAM = """
import jax, jax.numpy as jnp, numpy as np, optax
from ravine.core.fingerprint import fingerprint
rule = optax.chain(optax.add_noise(0.1, 0.5, jax.random.key(1)), optax.adamw(1e-3), optax.lion(0.1))
print(fingerprint(lambda p: rule.update(p, rule.init(p), p), {"b": np.ones(3, np.float32)}))
"""


def test_a_fingerprint_is_the_same_in_every_process(capsys):
    exec(PROGRAM, {})
    here = capsys.readouterr().out.strip()
    assert subprocess.check_output([sys.executable, "-c", PROGRAM], text=True).strip() == here
    assert len(here) == 64


def own(constant, slope=2.0):
    @jax.custom_jvp
    def square(p):
        return jnp.sum(p**2)

    @square.defjvp
    def _(at, along):
        return square(*at), slope * jnp.sum(at[0] * along[0])

    def function(p):
        return constant * square(p)

    return Identified(function, POINT)


def test_identified_functions_share_a_program(compilations):
    compiled = jax.jit(lambda f, p: f(p), static_argnums=0)
    for constant, programs in ((1.0, 1), (1.0, 0), (2.0, 1), (1.0, 0)):
        function = own(constant)
        with compilations() as seconds:
            np.testing.assert_array_equal(compiled(function, POINT), constant * 3.0)
        assert len(seconds) == programs
    assert own(1.0).__name__ == "function"


def test_their_derivatives_count_too():
    assert own(1.0) == own(1.0)
    assert own(1.0) != own(1.0, slope=3.0)
    assert own(1.0) != own(2.0)


def test_a_function_that_cannot_be_told_equals_itself_alone():
    def fails(p):
        raise ValueError("no")

    for function in (fails, lambda p: jax.pure_callback(np.sin, POINT, p, vmap_method="sequential")):
        one, other = Identified(function, POINT), Identified(function, POINT)
        assert one != other
        assert one == one
