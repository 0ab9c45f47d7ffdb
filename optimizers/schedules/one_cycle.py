"""One cycle of the rate, up and down, and then far below where it started."""

from typing import Any, Literal

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least, check_positive


def one_cycle(
    rate: float,
    steps: int,
    form: Literal["linear", "cosine", "torch"] = "linear",
    pct_start: float = 0.3,
    pct_final: float = 0.85,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> optax.Schedule:
    """One cycle that has its highest rate, `rate`, after the part `pct_start` of its steps.

    Only `form="linear"` has a second phase, which ends after the part `pct_final`, where the rate is again
    what it was at first. The others fall from the highest rate to the last in one.
    """
    check_at_least(2, "one_cycle", steps=steps)
    check_positive("one_cycle", div_factor=div_factor, final_div_factor=final_div_factor)
    _check_parts(steps, pct_start, pct_final if form == "linear" else 1.0)
    if form == "linear":
        return optax.linear_onecycle_schedule(steps, rate, pct_start, pct_final, div_factor, final_div_factor)
    if form == "cosine":
        return optax.cosine_onecycle_schedule(steps, rate, pct_start, div_factor, final_div_factor)
    return _to_the_last_step(rate, steps, pct_start, div_factor, final_div_factor)


def _to_the_last_step(
    rate: float, steps: int, pct_start: float, div_factor: float, final_div_factor: float
) -> optax.Schedule:
    """The rise ends one step earlier than its part of the steps, and the fall at the last step itself."""
    first, peak = rate / div_factor, pct_start * steps - 1

    def rate_at(count: Any) -> Float[Array, ""]:
        rise = _half_cosine(first, rate, count / peak)
        part = jnp.clip((count - peak) / (steps - 1 - peak), 0.0, 1.0)
        return jnp.where(count <= peak, rise, _half_cosine(rate, first / final_div_factor, part))

    return rate_at


def _half_cosine(start: float, end: float, part: Float[Array, ""]) -> Float[Array, ""]:
    return end + (start - end) / 2 * (1 + jnp.cos(jnp.pi * part))


def _check_parts(steps: int, pct_start: float, pct_final: float) -> None:
    if not 1 < pct_start * steps < int(pct_final * steps) <= steps:
        raise HyperparameterError(
            f"pct_start={pct_start:g} and pct_final={pct_final:g} of one_cycle must part its {steps} steps "
            "into a rise of more than one step and a fall: give other parts, or more steps."
        )


SCHEDULE = Schedule(
    rule=one_cycle,
    title="One cycle",
    equation=r"\eta_0 = \frac{\eta}{25} \rightarrow \eta_{0.3 T} = \eta \rightarrow "
    r"\eta_{0.85 T} = \eta_0 \rightarrow \eta_T = 10^{-4}\, \eta_0",
    arguments={
        "rate": "highest learning rate, eta",
        "steps": "number of steps of all phases together, T, at least 2",
        "form": "linear: three phases along lines; cosine, torch: two along half cosines",
        "pct_start": "fraction of the steps after which the rate is highest, in (0, 1)",
        "pct_final": "fraction of the steps after which the rate is its initial one again, in (0, 1]; only "
        "of linear",
        "div_factor": "ratio of the highest to the initial learning rate, greater than 0",
        "final_div_factor": "ratio of the initial to the final learning rate, greater than 0",
    },
    paper="L. N. Smith and N. Topin, Super-Convergence: Very Fast Training of Neural Networks Using Large "
    "Learning Rates",
    year=2017,
    address="https://arxiv.org/abs/1708.07120",
    about="Crosses flat stretches at a rate that could not be kept, and lands softly; it must be told how "
    "long it has.",
    libraries="linear is optax.linear_onecycle_schedule, cosine is optax.cosine_onecycle_schedule. torch's "
    "OneCycleLR (form torch) reaches the highest rate a step earlier and the last one at the last step: in "
    "100 steps up to 3 % of the highest rate apart from cosine. It also cycles the momentum.",
)
