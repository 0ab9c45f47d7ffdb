"""The schedules against recorded values and the papers' formulas in NumPy, and the rules that follow them."""

import json
import math
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from matplotlib.mathtext import MathTextParser

from ravine.core.catalogue import UnknownNameError
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers import HyperparameterError, load, schedules
from ravine.optimizers._rule import scheduled
from ravine.optimizers._schedule import read_schedule
from ravine.optimizers._spec import parse_spec

REFERENCE = Path(__file__).parents[1] / "reference"
RECORDED = json.loads((REFERENCE / "schedules.json").read_text("utf-8"))

TEXTS = {
    "constant": "constant({eta})",
    "step": "step({eta},{s},{gamma})",
    "exponential": "exponential({eta},{gamma})",
    "inverse_time": "inverse_time({eta},{k})",
    "linear": "linear({eta},{eta_end},{T})",
    "cosine": "cosine({eta},{T},{eta_min})",
    "cosine_restarts": "cosine_restarts({eta},{T_i},{eta_min})",
    "linear_warmup": "linear_warmup({eta},{warmup})",
    "linear_warmup_from_zero": "linear_warmup({eta},{warmup},true)",
    "warmup_cosine": "warmup_cosine({eta},{warmup},{T},{eta_min})",
    "trapezoidal": "trapezoidal({eta},{warmup_end},{decay_start},{T},{eta_end})",
    "one_cycle_torch": "one_cycle({eta_max},{T},torch,{pct_start},0.9,{div_factor},{final_div_factor})",
    "one_cycle_optax": "one_cycle({eta_max},{T},cosine,{pct_start},0.9,{div_factor},{final_div_factor})",
    "one_cycle_linear_optax": "one_cycle({eta_max},{T})",
    "swa_cyclic": "cyclic({alpha1},{alpha2},{c})",
}
"""Every schedule of the file, under our name and with our order of arguments."""

NO_RATES = {"demon_beta", "neelakantan_sigma"}
"""What the file holds besides rates."""


def chosen(text):
    (pair,) = parse_spec(f"sgd:learning_rate={text}").hyperparameters
    return read_schedule(pair[1])


def rates(text, steps):
    return chosen(text).rates(steps)


def test_every_schedule_is_held_to_a_recorded_one():
    assert set(RECORDED) == set(TEXTS) | NO_RATES
    used = {text.split("(")[0] for text in TEXTS.values()}
    assert set(schedules.names()) == used | {"reduce_on_plateau"}


@pytest.mark.parametrize("name", TEXTS)
def test_schedules_reproduce_recorded_rates(name):
    recorded = RECORDED[name]
    text = TEXTS[name].format(**recorded["hyperparameters"])
    np.testing.assert_allclose(rates(text, 100), recorded["values"], rtol=1e-15, atol=1e-16)


def falls(rate, final, period, multiplier, steps):
    """Cosine falls one after the other."""
    found, length = [], period
    while len(found) < steps:
        along = np.arange(length) / length
        found += list(final + (rate - final) / 2 * (1 + np.cos(np.pi * along)))
        length *= multiplier
    return found[:steps]


def three_phases(rate, steps, first, second, divisor, last_divisor):
    knots = [0, int(first * steps), int(second * steps), steps]
    start = rate / divisor
    return np.interp(np.arange(steps + 20), knots, [start, rate, start, start / last_divisor])


def between(places, values, steps):
    return np.interp(np.arange(steps), places, values)


ON_PAPER = {
    "step(0.3,7,0.5)": [0.3 * 0.5 ** (t // 7) for t in range(60)],
    "step(2,1)": [2 * 0.1**t for t in range(9)],
    "exponential(0.3,0.9)": [0.3 * math.exp(t * math.log(0.9)) for t in range(60)],
    "exponential(0.3,1.01)": [0.3 * math.exp(t * math.log(1.01)) for t in range(60)],
    "inverse_time(0.5,0.2)": [1 / (2 + 0.4 * t) for t in range(60)],
    "linear(0.2,0.5,8)": between([0, 8], [0.2, 0.5], 20),
    "cosine(0.3,17)": [*falls(0.3, 0, 17, 1, 17), 0, 0, 0, 0],
    "cosine(0,17,0.1)": [*falls(0.0, 0.1, 17, 1, 17), 0.1, 0.1],
    "cosine_restarts(0.3,7)": falls(0.3, 0, 7, 1, 60),
    "cosine_restarts(0.3,5,0.01,2)": falls(0.3, 0.01, 5, 2, 400),
    "cosine_restarts(0.3,1,0.01,3)": falls(0.3, 0.01, 1, 3, 400),
    "cosine_restarts(0.3,9,0,10)": falls(0.3, 0, 9, 10, 1200),
    "linear_warmup(0.4,1)": [0.4] * 5,
    "linear_warmup(0.4,4)": [0.1, 0.2, 0.3, 0.4, 0.4, 0.4],
    "linear_warmup(0.4,4,true)": [0, 0.1, 0.2, 0.3, 0.4, 0.4],
    "warmup_cosine(0.3,0,17)": [*falls(0.3, 0, 17, 1, 17), 0, 0],
    "warmup_cosine(0.3,2,9,0.1)": [0, 0.15, *falls(0.3, 0.1, 7, 1, 7), 0.1, 0.1],
    "trapezoidal(0.5,5,20,30,0.1)": between([0, 5, 20, 30], [0, 0.5, 0.5, 0.1], 50),
    "trapezoidal(0.5,0,20,30)": between([0, 20, 30], [0.5, 0.5, 0], 50),
    "trapezoidal(0.5,10,10,30)": between([0, 10, 30], [0, 0.5, 0], 50),
    "one_cycle(0.8,40,linear,0.45,0.9,10,100)": three_phases(0.8, 40, 0.45, 0.9, 10, 100),
    "cyclic(0.5,0.1,4)": [0.4, 0.3, 0.2, 0.1] * 5,
}
"""Other arguments than those of the recorded rates, and what lies beyond the end."""


@pytest.mark.parametrize("text", ON_PAPER)
def test_schedules_equal_their_formulas(text):
    expected = np.asarray(ON_PAPER[text], dtype=float)
    np.testing.assert_allclose(rates(text, len(expected)), expected, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("form", ["linear", "cosine", "torch"])
def test_one_cycle_is_highest_once_and_stays_low_after_its_end(form):
    found = rates(f"one_cycle(0.8,50,{form},0.4,0.9,10,100)", 70)
    highest = 19 if form == "torch" else 20
    assert found.argmax() == highest
    assert found[highest] == pytest.approx(0.8, rel=1e-14)
    assert (np.diff(found[: highest + 1]) > 0).all()
    assert (np.diff(found[highest:]) <= 0).all()
    np.testing.assert_allclose(found[49 if form == "torch" else 50 :], 0.0008, rtol=1e-12)


@pytest.mark.parametrize("name", schedules.names())
def test_record_of_a_schedule_is_complete(name):
    schedule = schedules.load(name)
    facts = schedules.catalogue.facts(name)
    assert schedule.name == name
    assert list(schedule.arguments) == [parameter.name for parameter in schedule.parameters]
    for fact in ("title", "equation", "about", "arguments"):
        assert facts[fact] == getattr(schedule, fact) != ""
    assert schedule.about.endswith(".")
    assert (schedule.year is None) == (schedule.paper == "") == (schedule.address == "")


@pytest.mark.parametrize("name", schedules.names())
def test_equation_of_a_schedule_can_be_drawn(name):
    parser = MathTextParser("path")
    for line in schedules.load(name).equation.split(r"\\"):
        assert parser.parse(f"${line.strip()}$").width > 0


@pytest.mark.parametrize(
    "text", ["cosine(0.1,100)", "one_cycle(0.1,100,torch,0.3)", "linear_warmup(1,5,true)", "constant(1e-05)"]
)
def test_a_schedule_reads_back_from_its_text(text):
    schedule = chosen(text)
    assert str(schedule) == text
    assert chosen(str(schedule)) == schedule
    assert len({schedule, chosen(text)}) == 1
    assert schedule != chosen("cosine(0.1,99)")


def test_steps_may_be_written_as_reals():
    assert chosen("cosine(0.1,1e2)") == chosen("cosine(0.1,100)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cosin(0.1,100)", "'cosin' is not a schedule. Did you mean 'cosine'? 'ravine list schedules'"),
        ("cosine(0.1)", "cosine(rate, steps, final=0.0) takes 2 to 3 arguments; got 1."),
        ("constant()", "constant(rate) takes 1 argument; got 0."),
        ("linear(0.1,0,10,3)", "linear(rate, final, steps) takes 3 arguments; got 4."),
        ("cosine(fast,100)", "rate of cosine must be a number; got 'fast'."),
        ("cosine(true,100)", "rate of cosine must be a number; got true."),
        ("cosine(none,100)", "rate of cosine must be a number; got none."),
        ("cosine([0.1,0.2],100)", "rate of cosine must be a number; got [0.1,0.2]."),
        ("cosine(step(0.1,2),100)", "rate of cosine must be a number; got step(0.1,2)."),
        ("cosine(0.1,2.5)", "steps of cosine must be a whole number, at least 0; got 2.5."),
        ("cosine(0.1,-2)", "steps of cosine must be a whole number, at least 0; got -2."),
        ("cosine(0.1,0)", "steps of cosine must be at least 1; got 0."),
        ("step(0.1,0)", "every of step must be at least 1; got 0."),
        ("step(0.1,5,0)", "factor of step must be greater than 0; got 0."),
        ("exponential(0.1,-0.5)", "factor of exponential must be greater than 0; got -0.5."),
        ("inverse_time(0.1,-1)", "decay of inverse_time must be at least 0; got -1."),
        ("linear_warmup(0.1,5,1)", "from_zero of linear_warmup must be true or false; got 1."),
        ("warmup_cosine(0.1,9,9)", "warmup_cosine needs warmup < steps; got 9, 9."),
        (
            "trapezoidal(0.1,20,10,30)",
            "trapezoidal needs warmup_end <= decay_start < steps; got 20, 10, 30.",
        ),
        ("one_cycle(0.1,100,sine)", "form of one_cycle must be linear, cosine or torch; got 'sine'."),
        ("one_cycle(0.1,3)", "pct_start=0.3 and pct_final=0.85 of one_cycle must part its 3 steps"),
        ("one_cycle(0.1,50,linear,0.9)", "pct_start=0.9 and pct_final=0.85 of one_cycle must part its 50"),
        ("reduce_on_plateau(0.1,1)", "factor of reduce_on_plateau must lie between 0 and 1; got 1."),
        ("reduce_on_plateau(0.1,0.5,0)", "patience of reduce_on_plateau must be at least 1; got 0."),
        ("reduce_on_plateau(0.1,0.5,3,0)", "rtol and atol of reduce_on_plateau must not be negative"),
    ],
)
def test_wrong_schedules_are_refused_in_one_line(text, message):
    with pytest.raises((HyperparameterError, UnknownNameError)) as caught:
        chosen(text)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_rates_that_follow_the_loss_are_not_known_beforehand():
    with pytest.raises(ValueError, match=r"reduce_on_plateau\(0\.1\) follow the loss"):
        rates("reduce_on_plateau(0.1)", 10)


def beale(point):
    x, y = point
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def steep(point):
    return 0.5 * (point[0] ** 2 + 50 * point[1] ** 2)


def walk(rule, loss, start, steps):
    """The points and the rates of the steps between them, in float64."""
    (walked,) = walks([rule], loss, start, steps)
    return walked


def walks(rules, loss, start, steps):
    """The same for several rules in one program."""

    def run(rule, start):
        def step(carry, _):
            params, state = carry
            value, slope = jax.value_and_grad(loss)(params)
            updates, state = rule.update(slope, state, params, value=value)
            params = optax.apply_updates(params, updates)
            return (params, state), (params, optax.tree.get(state, "scheduled_rate", jnp.nan))

        return jax.lax.scan(step, (start, rule.init(start)), length=steps)[1]

    with jax.enable_x64(True):
        start = jnp.asarray(start, jnp.float64)
        walked = fast_compile_jit(lambda start: [run(rule, start) for rule in rules], RUN_ONCE)(start)
        return [(np.concatenate([start[None], points]), np.asarray(rates)) for points, rates in walked]


def assert_near(points, expected, tolerance):
    off = np.linalg.norm(points - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))
    assert off.max() <= tolerance


COSINE = {"adam_cosine__beale": (0.1, 0.01), "momentum_lr_inside__ravine": (0.01, 0.001)}
COSINE["momentum_lr_outside__ravine"] = COSINE["momentum_lr_inside__ravine"]


@pytest.mark.parametrize("file", COSINE)
def test_rules_under_schedules_reproduce_recorded_descents(file):
    reference = json.loads((REFERENCE / f"{file}.json").read_text("utf-8"))
    rate, final = COSINE[file]
    forms = {
        "ours": chosen(f"cosine({rate},100,{final})"),
        "optax": optax.cosine_decay_schedule(rate, 100, alpha=final / rate),
        "by step": np.array(reference["lr"]),
    }
    name, _, kind = file.split("__")[0].partition("_")
    options = {"rate": kind.removeprefix("lr_")} if name == "momentum" else {}
    rules = [scheduled(load(name).rule, learning_rate=schedule, **options) for schedule in forms.values()]
    loss = {"beale": beale, "ravine": steep}[reference["surface"]]
    for form, (points, used) in zip(forms, walks(rules, loss, reference["start"], 100), strict=True):
        assert_near(points, np.array(reference["points"]), reference["tolerance"])
        np.testing.assert_allclose(used, reference["lr"], rtol=1e-15, atol=1e-17, err_msg=form)


@pytest.mark.parametrize("name", ["sgd", "nesterov", "radam"])
def test_constant_schedule_changes_nothing(name):
    rule = load(name).rule
    same = (chosen("constant(0.003)"), optax.constant_schedule(0.003), np.array([0.003]), 0.003)
    rules = [rule(learning_rate=0.003), *(scheduled(rule, learning_rate=schedule) for schedule in same)]
    (plain, _), *others = walks(rules, beale, (1.0, 1.5), 30)
    for followed, used in others:
        np.testing.assert_allclose(followed, plain, rtol=1e-13)
        assert (used == 0.003).all()


def test_last_rate_by_step_is_held():
    points, used = walk(
        scheduled(load("sgd").rule, learning_rate=np.array([0.02, 0.01])), steep, (2.0, 1.0), 4
    )
    np.testing.assert_allclose(used, [0.02, 0.01, 0.01, 0.01])
    np.testing.assert_allclose(points[:, 1], [1, 0, 0, 0, 0], atol=1e-16)
    np.testing.assert_allclose(
        points[:, 0], 2 * 0.98 * 0.99 ** (np.arange(5) - 1.0) * [1 / (0.98 / 0.99), 1, 1, 1, 1]
    )


@pytest.mark.parametrize("wrong", [np.ones((2, 3)), np.ones(0)])
def test_rates_by_step_are_a_list(wrong):
    with pytest.raises(ValueError, match="rates by step are a list of numbers"):
        scheduled(load("sgd").rule, learning_rate=jnp.asarray(wrong))


def test_other_rates_by_step_compile_nothing_new():
    traces = 0

    @jax.jit
    def end(rates):
        nonlocal traces
        traces += 1
        rule = scheduled(load("adam").rule, learning_rate=rates)

        def step(carry, _):
            params, state = carry
            updates, state = rule.update(jax.grad(steep)(params), state, params)
            return (optax.apply_updates(params, updates), state), None

        start = jnp.array([1.0, 1.0])
        (params, _), _ = jax.lax.scan(step, (start, rule.init(start)), length=5)
        return params

    far, near = end(jnp.linspace(0.1, 0.2, 5)), end(jnp.linspace(0.01, 0.02, 5))
    assert traces == 1
    assert steep(far) < steep(near)


def types(tree):
    return jax.tree.map(lambda leaf: str(leaf.dtype), tree)


def test_a_rule_follows_a_schedule_on_any_pytree_in_float32():
    params = {"weights": jnp.ones((3, 2)), "bias": jnp.zeros(2), "half": jnp.ones(2, jnp.bfloat16)}
    rule = scheduled(load("momentum").rule, learning_rate=chosen("linear_warmup(0.1,3)"))
    update = jax.jit(rule.update)
    state = rule.init(params)
    slope = jax.tree.map(jnp.ones_like, params)
    for expected in (0.1 / 3, 0.2 / 3, 0.1, 0.1):
        updates, after = update(slope, state, params)
        assert types(after) == types(state)
        params, state = optax.apply_updates(params, updates), after
        assert float(state.scheduled_rate) == pytest.approx(expected, rel=1e-6)
    assert types(params) == types(slope)


def test_a_scheduled_rule_gets_what_it_asks_for():
    def asking(*, learning_rate):
        def update(updates, state, params=None, *, value_fn, **_):
            return jax.tree.map(lambda g: -learning_rate * value_fn(params) * g, updates), state

        return optax.GradientTransformationExtraArgs(lambda _: optax.EmptyState(), update)

    rule = scheduled(asking, learning_rate=chosen("constant(0.5)"))
    params = jnp.array([1.0, 0.0])
    updates, _ = rule.update(jnp.ones(2), rule.init(params), params, value_fn=steep)
    np.testing.assert_allclose(updates, [-0.25, -0.25])


def on_plateau(losses, *, rate, factor, patience, rtol, cooldown, least):
    """The rate of each step, from the loss before it."""
    found, best, bad, rest = [], math.inf, 0, 0
    scale = 1.0
    for loss in losses:
        better = loss < (1 - rtol) * best
        best, bad = (loss, 0) if better else (best, bad + 1)
        if rest:
            rest, bad = rest - 1, 0
        elif bad == patience:
            scale, bad, rest = max(scale * factor, least), 0, cooldown
        found.append(rate * scale)
    return found


LOSSES = (5, 4, 4, 4, 4, 3, 2.999, 3.5, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 1, 1, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("reduce_on_plateau(0.2,0.5,2,0.01)", {"factor": 0.5, "patience": 2, "cooldown": 0, "least": 0}),
        ("reduce_on_plateau(0.2,0.5,3,0.01,0,2)", {"factor": 0.5, "patience": 3, "cooldown": 2, "least": 0}),
        (
            "reduce_on_plateau(0.2,0.1,1,0.01,0,0,1,0.05)",
            {"factor": 0.1, "patience": 1, "cooldown": 0, "least": 0.05},
        ),
    ],
)
def test_rates_are_reduced_on_a_plateau(text, rule):
    with jax.enable_x64(True):
        used = following(text, LOSSES)
    expected = on_plateau(LOSSES, rate=0.2, rtol=0.01, **rule)
    assert len(set(expected)) > 2
    np.testing.assert_allclose(used, expected, rtol=1e-14)


def following(text, losses):
    """The rates of the steps before which the losses are these."""
    rule = scheduled(load("sgd").rule, learning_rate=chosen(text))

    def run(losses):
        params = jnp.zeros(2)

        def step(state, loss):
            updates, state = rule.update(jnp.ones(2), state, params, value=loss)
            return state, (state.scheduled_rate, -updates)

        return jax.lax.scan(step, rule.init(params), losses)[1]

    used, steps = fast_compile_jit(run, RUN_ONCE)(jnp.array(losses, float))
    np.testing.assert_array_equal(steps, np.stack([used, used], axis=-1))
    return used


def test_first_reductions_on_a_plateau_are_those_by_hand():
    used = following("reduce_on_plateau(1,0.5,2)", (3, 3, 3, 1, 1, 1))
    np.testing.assert_array_equal(used, [1, 1, 0.5, 0.5, 0.5, 0.25])


def test_a_plateau_needs_the_loss():
    rule = scheduled(load("sgd").rule, learning_rate=chosen("reduce_on_plateau(0.1)"))
    with pytest.raises(ValueError, match=r"update\(gradients, state, params, value=loss\)"):
        rule.update(jnp.ones(2), rule.init(jnp.ones(2)), jnp.ones(2))


def test_schedules_are_listed_before_jax_and_numpy_load():
    program = (
        "import sys; from ravine.optimizers.schedules import catalogue\n"
        "for name in catalogue.names(): assert catalogue.facts(name)['title']\n"
        "print(sorted({'jax', 'jaxtyping', 'numpy', 'optax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
