"""Every form of every update rule on parameters of little precision, of mixed types, and on complex ones."""

import inspect
import re
from functools import cache, partial
from typing import get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine import optimizers
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers import HyperparameterError, Setting
from ravine.optimizers._asynchronous import Process

quick = partial(fast_compile_jit, options=RUN_ONCE)
"""Compiled with less care: every program here runs once."""

REFUSES_COMPLEX = {"noisy", "rprop", "sophia"}
RATES = {"plain": 0.05, "momentum": 0.02, "adaptive": 0.01, "layerwise": 0.05, "averaging": 0.05}
MORE = (
    ("ademamix", {"warmup_steps": 3}),
    ("lars", {"weight_decay": 0.1}),
    ("lookahead", {"sync_period": 2}),
    ("rmsprop", {"momentum": 0.5, "nesterov": True}),
    ("sign_sgd", {"momentum": 0.5}),
    ("swa", {"swa_start": 2, "cycle": 2}),
    ("swats", {"switch_step": 3}),
    ("swats", {"switch_threshold": 1e3}),
)
"""Forms that other options than a word or a switch bring about."""


def build(name, options):
    """The rule at its family's rate, around gradient descent if it is a wrapper."""
    optimizer = optimizers.load(name)
    chosen = {"inner": optax.sgd(0.05)} if optimizer.inner else {}
    if optimizer.has_rate and optimizer.tuned and optimizer.family in RATES:
        chosen["learning_rate"] = RATES[optimizer.family]
    return optimizer.rule(**{**Setting(optimizer=optimizer).complete, **chosen, **options})


def forms():
    """Every rule with its defaults, and with every other choice of one switch or word."""
    for name in optimizers.names():
        if isinstance(build(name, {}), Process):
            continue
        yield name, {}
        for key, parameter in inspect.signature(optimizers.load(name).rule).parameters.items():
            default = parameter.default
            choices = (False, True) if isinstance(default, bool) else get_args(parameter.annotation)
            if isinstance(default, bool | str):
                yield from ((name, {key: choice}) for choice in choices if choice != default)
    yield from MORE


FORMS = tuple(forms())
LOOKS_AT_LOSS = {name for name, _ in FORMS if optimizers.load(name).evaluations} - {"sam"}
BY_GRADIENTS = tuple(form for form in FORMS if form[0] not in REFUSES_COMPLEX | LOOKS_AT_LOSS)
BY_THE_LOSS = (
    ("bfgs", {}),
    ("conjugate_gradient", {}),
    ("lbfgs", {"line_search": "fixed"}),
    ("newton", {}),
    ("saddle_free_newton", {}),
    ("steepest_descent", {"line_search": "global"}),
    ("steepest_descent", {"line_search": "wolfe"}),
)
"""Every such rule and every search: what they see is a real vector, whichever of the two is combined."""


def each(forms):
    """One test a form."""
    return pytest.mark.parametrize(("name", "options"), forms, ids=str)


SHAPE = (2, 3)
"""Of both parameters, so that an operation without a program around it is compiled once for them."""


def moduli(leaf):
    return leaf.real**2 + leaf.imag**2


@jax.jit
def curved(params):
    """A real loss of complex numbers that no phase changes but that of all of them together."""
    one, other = params["one"], params["other"]
    crossed = (one[0] * other[1].conj()).real
    losses = moduli(one).sum() / 2, (moduli(one) ** 2).sum() / 8, moduli(other).sum(), crossed.sum()
    return sum(losses, jnp.float32(0))


@cache
def slopes_of(loss):
    """The value and the gradient, traced once for all rules."""
    return jax.jit(jax.value_and_grad(loss))


def step_on(rule, loss):
    """A step of a rule in its plain loop."""
    rule, slopes = optax.with_extra_args_support(rule), slopes_of(loss)

    def step(params, state):
        value, grad = slopes(params)
        ascent = jax.tree.map(jnp.conj, grad)
        extra = {"value": value, "grad": ascent, "value_fn": loss}
        updates, state = rule.update(ascent, state, params, **extra)
        for update, leaf in zip(jax.tree.leaves(updates), jax.tree.leaves(params), strict=True):
            assert update.dtype == leaf.dtype
        return optax.apply_updates(params, updates), state

    return step


def walk(rule, loss, params, steps=6):
    """The parameters along the way."""
    step = step_on(rule, loss)

    def remember(carry, _):
        carry = step(*carry)
        return carry, carry[0]

    return jax.lax.scan(remember, (params, rule.init(params)), length=steps)[1]


def walk_eagerly(rule, loss, params, steps):
    """The same without a program of the rule's own: operations are compiled once for all rules."""
    step, state, way = step_on(rule, loss), rule.init(params), []
    for _ in range(steps):
        params, state = step(params, state)
        way.append(params)
    return jax.tree.map(lambda *leaves: np.stack(leaves), *way)


def params_of(one, other):
    rng = np.random.default_rng(3)
    drawn = {key: rng.normal(size=SHAPE) for key in ("one", "other")}
    return {key: jnp.asarray(drawn[key], kind) for key, kind in (("one", one), ("other", other))}


@pytest.mark.parametrize(("one", "x64"), [("bfloat16", False), ("float16", True)])
@each(FORMS)
def test_updates_and_state_keep_their_types(name, options, one, x64):
    """Also where they differ, and where JAX would have twice the precision of either."""
    other = one if not x64 else "float32" if name in REFUSES_COMPLEX else "complex64"
    rule = build(name, options)

    def before_and_after(params):
        state = rule.init(params)
        return (params, state), step_on(rule, curved)(params, state)

    with jax.enable_x64(x64):
        before, after = jax.eval_shape(before_and_after, params_of(one, other))
    assert before == after


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("newton", "bfloat16"),
        ("saddle_free_newton", "float16"),
        ("steepest_descent", "bfloat16"),
        ("bfgs", "float16"),
    ],
)
def test_searches_and_equations_on_little_precision(name, kind):
    """They step as in float32, but for the rounding of the gradient and of the sum."""

    def first(params):
        way = walk(build(name, {}), curved, params, 1)
        return jax.tree.map(lambda leaf: leaf[0].astype(jnp.float32), way)

    narrow = params_of(kind, kind)
    wide = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), narrow)
    found, expected = quick(lambda *both: tuple(map(first, both)))(narrow, wide)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, atol=0.02)


@pytest.mark.parametrize("name", ["lars", "lamb", "novograd", "dog", "polyak_sgd", "sam", "yellowfin"])
def test_norms_do_not_overflow_in_float16(name):
    """The squares of 4096 numbers sum to more than float16 holds."""
    rule = build(name, {})
    params = jnp.full(4096, 30.0, jnp.float16)
    grads = params.at[0].set(-300.0)

    def updates(params, grads):
        extra = {"value": jnp.float32(5.0), "value_fn": lambda p: jnp.sum(p.astype(jnp.float32) ** 2) / 2}
        full = optax.with_extra_args_support(rule)
        return full.update(grads, full.init(params), params, **extra)[0]

    wide = (leaf.astype(jnp.float32) for leaf in (params, grads))
    found, expected = quick(lambda *both: (updates(*both[:2]), updates(*both[2:])))(params, grads, *wide)
    assert np.asarray(expected, np.float16).any()
    np.testing.assert_allclose(np.asarray(found, np.float32), expected, rtol=2e-3, atol=1e-7)


@pytest.mark.parametrize("name", sorted(REFUSES_COMPLEX))
def test_refusal_of_complex_parameters(name):
    with pytest.raises(HyperparameterError) as raised:
        build(name, {}).init({"real": jnp.ones(2), "complex": jnp.ones(2, jnp.complex64)})
    assert str(raised.value) == (
        f"{name} does not support complex parameters: give it the real and the imaginary part as two real "
        "arrays."
    )


def drawn_complex():
    rng = np.random.default_rng(8)
    return {key: rng.normal(size=SHAPE) + 1j * rng.normal(size=SHAPE) for key in ("one", "other")}


def assert_same(found, expected, rtol=1e-9):
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-9)


TURN = np.exp(0.7j)


@jax.jit
def pulled(turn, pull, params):
    """The loss of parameters that are turned, and pulled away from where all phases are alike."""
    params = jax.tree.map(lambda leaf: leaf / turn, params)
    away = jnp.sum((params["one"][1] + 0.5) ** 2).real / 3 + params["other"][0, 0].imag
    return curved(params) + pull * away


free, turned, alike = (partial(pulled, turn, pull) for turn, pull in ((1.0, 1.0), (TURN, 1.0), (1.0, 0.0)))


LATE = {"radam", "ranger"}
"""Rules that rectify from their sixth step on."""


@each(BY_GRADIENTS)
def test_complex_parameters_turn_with_the_loss_and_move_as_real_ones_without_imaginary_part(name, options):
    with jax.enable_x64(True):
        rule, steps = build(name, options), 6 if name in LATE else 4
        real, drawn = params_of("float64", "float64"), jax.tree.map(jnp.asarray, drawn_complex())
        without_imaginary_part = jax.tree.map(lambda leaf: leaf.astype(complex), real)
        complex_path = walk_eagerly(rule, alike, without_imaginary_part, steps)
        assert_same(complex_path, walk_eagerly(rule, curved, real, steps))
        path = walk_eagerly(rule, free, drawn, steps)
        assert any(np.ptp(leaf.imag, axis=0).any() for leaf in path.values())
        if (name, options) != ("yogi", {"variant": "optax"}):  # which starts a mean at a number, 1e-6
            other = walk_eagerly(rule, turned, jax.tree.map(lambda leaf: TURN * leaf, drawn), steps)
            assert_same(jax.tree.map(lambda leaf: leaf / TURN, other), path, rtol=1e-6)


def test_every_rule_by_the_loss_is_among_them():
    assert {name for name, _ in BY_THE_LOSS} == LOOKS_AT_LOSS - REFUSES_COMPLEX


@each(BY_THE_LOSS)
def test_searches_and_equations_see_two_real_numbers(name, options):
    def joined(params):
        return curved(jax.tree.map(jax.lax.complex, *params))

    with jax.enable_x64(True):
        params = jax.tree.map(jnp.asarray, drawn_complex())
        parts = [jax.tree.map(part, params) for part in (jnp.real, jnp.imag)]
        rule = build(name, options)
        both = quick(lambda whole, parts: (walk(rule, curved, whole), walk(rule, joined, parts)))
        way, apart = both(params, parts)
        assert_same(jax.tree.map(jax.lax.complex, *apart), way, rtol=1e-6)


def test_newton_solves_complex_equations():
    rng = np.random.default_rng(4)
    matrix, right = (rng.normal(size=s) + 1j * rng.normal(size=s) for s in ((6, 4), (6,)))

    def misfit(z):
        return jnp.sum(moduli(jnp.asarray(matrix) @ z - jnp.asarray(right)))

    with jax.enable_x64(True):
        way = quick(lambda start: walk(build("newton", {}), misfit, start, 1))(jnp.zeros(4, jnp.complex128))
    np.testing.assert_allclose(way[0], np.linalg.lstsq(matrix, right)[0], rtol=1e-9)


def test_sam_climbs_and_descends():
    start = np.array([1.0 + 2.0j, -0.5 + 0.3j])

    def loss(z):
        return jnp.sum(moduli(z) * jnp.array([1.0, 3.0])) / 2 + jnp.sum(z**2).imag / 4

    def ascent(z):
        return np.array([1.0, 3.0]) * z + 0.5j * z.conj()

    with jax.enable_x64(True):
        way = walk(optimizers.load("sam").rule(learning_rate=0.1, rho=0.05), loss, jnp.asarray(start), 4)
    for found in way:
        uphill = start + 0.05 * ascent(start) / np.linalg.norm(ascent(start))
        start = start - 0.1 * ascent(uphill)
        np.testing.assert_allclose(found, start, rtol=1e-12)


@each(FORMS)
def test_weak_types_are_those_of_their_numbers(name, options):
    """`jnp.full` makes them: in float64 they are float64, whatever JAX promotes them to."""
    rule = optax.with_extra_args_support(build(name, options))

    def first_step(params):
        value, slopes = slopes_of(of_two)(params)
        known = {"value": value, "grad": slopes, "value_fn": of_two}
        return rule.update(slopes, rule.init(params), params, **known)[0]

    with jax.enable_x64(True):
        weak = {"a": jnp.array(1.0), "b": jnp.full((2,), 0.3)}
        assert all(leaf.weak_type for leaf in jax.tree.leaves(weak))
        program, updates = jax.make_jaxpr(first_step, return_shape=True)(weak)
    assert all(update.dtype == np.float64 for update in jax.tree.leaves(updates))
    assert not set(re.findall(r"\b(?:b?f16|f32)\b", str(program)))


def of_two(params):
    return 3 * (params["a"] - 0.3) ** 2 + jnp.sum((params["b"] - 1) ** 2)
