"""The first local minimiser of a function of one number, to the precision of its floating-point type."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

_ROUNDS = 100

_MISFIT = 0.05
"""The allowed difference of the mean slope over a stride from the mean of the slopes at its ends, in units of
these."""

_SHALLOW = 1e-9
"""The depth of a dip that may be passed over, in units of the fall before it."""

_KINKED = 1e-3
"""The slope at both ends of the last bracket that tells a kink, in units of the first slope."""

_NARROW = 0.01
"""A bracket that is narrower than this, in units of its place, needs no further check: it may hold a kink."""


class Place(NamedTuple):
    """A place on the line, and the function's value and slope there.

    The slope is not a number where the value is not finite.
    """

    at: Float[Array, ""]
    value: Float[Array, ""]
    slope: Float[Array, ""]


class Search(NamedTuple):
    """A search under way.

    It strides out while the function falls, `near` being the last place from which it still falls, and
    `behind` the one before. Once it rises at `far` the search is closed: `near`, the latest place, and `far`
    then have slopes of unlike signs, and `behind` is the place that left the bracket last.
    """

    near: Place
    far: Place
    behind: Place
    trial: Float[Array, ""]
    closed: Bool[Array, ""]
    done: Bool[Array, ""]
    rounds: Int[Array, ""]


class Minimum(NamedTuple):
    """The place at which a search ended, and the number of places that it measured."""

    at: Float[Array, ""]
    rounds: Int[Array, ""]


def first_minimiser(
    measure: Callable[[Float[Array, ""]], Place],
    start: Place,
    *,
    strides: tuple[Float[Array, ""], Float[Array, ""]],
    limit: Float[Array, ""],
    resolution: Float[Array, ""],
) -> Minimum:
    """The first minimiser beyond `start`, where the function must fall.

    Striding out takes the slope for an integrand: a stride counts only if the slopes at its ends explain the
    fall between them, so that no dip is passed over but one that is narrower than a stride or hardly a dip.
    The root of the slope is then found by Chandrupatla's method (Advances in Engineering Software 28, 1997).

    Args:
        measure: The function's value and slope at a place.
        start: The place 0. The search ends there at once unless the slope is negative.
        strides: The first one, and how long the second may be if the first one counts; later ones double at
            most.
        limit: The farthest step where the function falls for ever.
        resolution: The distance below which places are not told apart.

    Returns:
        The minimiser; where the function falls for ever, or is not a number further on, the last place
        before.
    """
    begin = Search(
        near=start,
        far=start,
        behind=start,
        trial=jnp.minimum(strides[0], limit),
        closed=jnp.array(False),
        done=~((start.slope < 0) & (limit > 0)),
        rounds=jnp.array(0),
    )
    bounds = _Bounds(start.value, strides[1], limit, resolution)
    end = jax.lax.while_loop(
        lambda search: ~search.done & (search.rounds < _ROUNDS),
        lambda search: _advance(search, measure(search.trial), bounds),
        begin,
    )
    return Minimum(_best(end, start).at, end.rounds)


class _Bounds(NamedTuple):
    """The constants of a search: the value at its start, and the lengths that it is given."""

    value: Float[Array, ""]
    second: Float[Array, ""]
    limit: Float[Array, ""]
    resolution: Float[Array, ""]

    def least(self, at: Float[Array, ""]) -> Float[Array, ""]:
        """The distance that counts at a place."""
        return jnp.maximum(2 * _eps(at) * at, self.resolution)


@jax.jit
def _advance(search: Search, here: Place, bounds: _Bounds) -> Search:
    """The search after one more place."""
    after = optax.tree.where(search.closed, _narrow(search, here), _go_on(search, here, bounds))
    aimed = optax.tree.where(after.closed, _aim(after, bounds), after)
    return aimed._replace(rounds=search.rounds + 1)


def _go_on(search: Search, here: Place, bounds: _Bounds) -> Search:
    """Stride on from `here`, close the search there, or take a shorter stride."""
    stride = here.at - search.near.at
    misfit, hides = _judge(search.near, here, bounds.value - search.near.value)
    rises = here.slope >= 0
    trusted = misfit <= 1
    falls = trusted & ~rises & ~hides
    near, behind = optax.tree.where(falls, (here, search.near), (search.near, search.behind))
    growth = _growth(search.near, here, misfit)
    most = jnp.where(search.rounds == 0, bounds.second, 2 * stride)
    longer = jnp.minimum(stride * growth, most)
    trial = jnp.minimum(near.at + jnp.where(falls, longer, stride / 4), bounds.limit)
    return search._replace(
        near=near,
        far=here,
        behind=behind,
        trial=trial,
        closed=rises & (trusted | (stride <= _NARROW * near.at)),
        done=(trial - near.at <= bounds.least(near.at)) | (near.at >= bounds.limit),
    )


def _judge(near: Place, here: Place, fall: Float[Array, ""]) -> tuple[Float[Array, ""], Bool[Array, ""]]:
    """The relative mismatch of slopes and decrease, at most 1 if they agree, and if a dip may hide there.

    The slope is taken for the parabola with the slopes at both ends and the mean that the fall tells; a dip
    may hide where that parabola rises above zero.
    """
    stride = here.at - near.at
    gap = here.value - near.value - stride * (near.slope + here.slope) / 2
    ignored = _rounding(near, here) + _SHALLOW * fall
    bump = jnp.sign(gap) * jnp.maximum(jnp.abs(gap) - ignored, 0) / stride
    turn = here.slope - near.slope + 6 * bump
    hides = (turn > 0) & (turn < 12 * bump) & (turn**2 >= -24 * bump * near.slope)
    return jnp.abs(bump) / (_MISFIT * jnp.maximum(-near.slope, jnp.abs(here.slope))), hides


def _growth(near: Place, here: Place, misfit: Float[Array, ""]) -> Float[Array, ""]:
    """The next stride over this one: cautious where the slope will change much, or the last one fitted ill.

    It ends short of where the slope seems to vanish, but is not much shorter than this one, so that it comes
    past a place where the slope only touches zero.
    """
    vanishes = jnp.abs(here.slope / (here.slope - near.slope))
    return jnp.minimum(0.9 / jnp.sqrt(misfit), jnp.maximum(0.9 * vanishes, 0.75))


def _rounding(one: Place, other: Place) -> Float[Array, ""]:
    """The part of a difference of values that may be rounding."""
    return 4 * _eps(one.value) * (jnp.abs(one.value) + jnp.abs(other.value))


def _narrow(search: Search, here: Place) -> Search:
    """The bracket with `here` as one of its ends."""
    same = (here.slope < 0) == (search.near.slope < 0)
    behind, far = optax.tree.where(same, (search.near, search.far), (search.far, search.near))
    return search._replace(near=here, far=far, behind=behind)


def _aim(search: Search, bounds: _Bounds) -> Search:
    """The next place to look at: by inverse quadratic interpolation where that is safe, else half-way."""
    a, b, c = search.near, search.far, search.behind
    place = (a.at - b.at) / (c.at - b.at)
    height = (a.slope - b.slope) / (c.slope - b.slope)
    safe = (height**2 < place) & ((1 - height) ** 2 < 1 - place)
    parabola = a.slope / (b.slope - a.slope) * c.slope / (b.slope - c.slope) + (
        (c.at - a.at) / (b.at - a.at) * a.slope / (c.slope - a.slope) * b.slope / (c.slope - b.slope)
    )
    least = bounds.least(jnp.maximum(a.at, b.at)) / jnp.abs(b.at - a.at)
    share = jnp.clip(jnp.where(safe, parabola, 0.5), least, 1 - least)
    done = (least > 0.5) | (a.slope == 0) | (b.slope == 0)
    return search._replace(trial=a.at + share * (b.at - a.at), done=done)


def _best(search: Search, start: Place) -> Place:
    """The last place in the open; of a bracket the end with less of a slope, or at a kink the lower one."""
    near, far = search.near, search.far
    kinked = jnp.minimum(_steepness(near), _steepness(far)) > -_KINKED * start.slope
    better = jnp.where(kinked, far.value < near.value, _steepness(far) < _steepness(near))
    return optax.tree.where(search.closed & better, far, near)


def _steepness(place: Place) -> Float[Array, ""]:
    return jnp.where(jnp.isnan(place.slope), jnp.inf, jnp.abs(place.slope))


def _eps(number: Float[Array, ""]) -> float:
    return float(jnp.finfo(number.dtype).eps)
