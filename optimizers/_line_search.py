"""Line searches: how far to go along a direction of descent."""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

LineSearch: TypeAlias = Literal["exact", "wolfe"]

REACH = 1e3
"""How far a search goes, in units of 1 + |point|: where a loss falls for ever, a step ends here."""

_ROUNDS = 100
_FIRST_STRIDE = 1e-4
_GROWTH = 100.0
_MISFIT = 0.1
_NARROW = 1e-3
_CLOSE=.25
_OVER=1.5
_UNDER=.9


class Ray(NamedTuple):
    """A half-line from a point, with what is known of the loss where it begins."""

    loss: Callable[[Float[Array, " n"]], Float[Array, ""]]
    point: Float[Array, " n"]
    direction: Float[Array, " n"]
    value: Float[Array, ""]
    gradient: Float[Array, " n"]


class Found(NamedTuple):
    """The end of a line search.

    Attributes:
        step_length: In units of the direction; 0 where the ray does not descend.
        evaluations: Of the loss, the gradient and the Hessian.
    """

    step_length: Float[Array, ""]
    evaluations: Float[Array, "3"]


class _Place(NamedTuple):
    at: Float[Array, ""]
    value: Float[Array, ""]
    slope: Float[Array, ""]


class _Walk(NamedTuple):
    near: _Place
    far: _Place
    behind: _Place
    trial: Float[Array, ""]
    closed: Bool[Array, ""]
    done: Bool[Array, ""]
    rounds: Int[Array, ""]


def _measure(ray: Ray, at: Float[Array, ""]) -> _Place:
    value, gradient = jax.value_and_grad(ray.loss)(ray.point + at * ray.direction)
    return _Place(at, value, _slope(gradient, ray.direction))


def _slope(gradient, direction):
    terms = gradient * direction
    slope = jnp.sum(terms)
    rounding = 2 * jnp.finfo(slope.dtype).eps * jnp.sum(jnp.abs(terms))
    return jnp.where(jnp.abs(slope) <= rounding, 0.0, slope)


def exact(ray: Ray) -> Found:
    start = _Place(jnp.zeros_like(ray.value), ray.value, _slope(ray.gradient, ray.direction))
    unit = (1 + jnp.max(jnp.abs(ray.point))) / jnp.max(jnp.abs(ray.direction))

    def advance(walk: _Walk) -> _Walk:
        here = _measure(ray, walk.trial)
        nxt = optax.tree.where(walk.closed, _narrow(walk, here), _go_on(walk, here, REACH * unit))
        return nxt._replace(rounds=walk.rounds + 1)

    begin = _Walk(
        near=start, far=start, behind=start, trial=_FIRST_STRIDE * unit, closed=jnp.array(False),
        done=~(start.slope < 0), rounds=jnp.array(0),
    )
    end = jax.lax.while_loop(lambda walk: ~walk.done & (walk.rounds < _ROUNDS), advance, begin)
    best = jnp.where(end.closed & (jnp.abs(end.far.slope) < jnp.abs(end.near.slope)), end.far.at, end.near.at)
    counts = jnp.zeros(3, best.dtype).at[1].set(end.rounds.astype(best.dtype))
    return Found(best, counts)


def _go_on(walk: _Walk, here: _Place, reach) -> _Walk:
    near = walk.near
    eps = jnp.finfo(here.at.dtype).eps
    stride = here.at - near.at
    gap = here.value - near.value - stride * (near.slope + here.slope) / 2
    noise = 4 * eps * (jnp.abs(near.value) + jnp.abs(here.value))
    bump = jnp.sign(gap) * jnp.maximum(jnp.abs(gap) - noise, 0) / stride
    steepest = jnp.maximum(jnp.abs(near.slope), jnp.abs(here.slope))
    misfit = jnp.abs(bump) / (_MISFIT * steepest)
    # the slope's parabola through both slopes and the mean
    turn = here.slope - near.slope + 6 * bump
    hidden = (turn > 0) & (turn < 12 * bump) & (near.slope + turn**2 / (24 * bump) >= 0)
    uphill = here.slope >= 0
    trusted = (misfit <= 1) & jnp.isfinite(here.value) & (uphill | ~hidden)
    up = jnp.clip(0.9 / jnp.sqrt(misfit), 2.0, _GROWTH)
    zero = -here.slope / (here.slope - near.slope)
    up = jnp.minimum(up, jnp.where((zero>0)&(zero < _CLOSE), _OVER, _UNDER) * jnp.abs(zero))
    down = jnp.where(misfit > 1, jnp.clip(0.9 / jnp.sqrt(misfit), 0.1, 0.5), 0.5)
    forward = trusted & ~uphill
    new_near, new_behind = optax.tree.where(forward, (here, near), (near, walk.behind))
    trial = jnp.minimum(new_near.at + stride * jnp.where(forward, up, down), reach)
    closed = uphill & (trusted | (stride <= _NARROW * near.at))
    stuck = (trial - new_near.at <= eps * new_near.at) | (new_near.at >= reach)
    out = _Walk(new_near, here, new_behind, trial, closed, stuck & ~closed, walk.rounds)
    return _aim(out)


def _narrow(walk: _Walk, here: _Place) -> _Walk:
    same = (here.slope < 0) == (walk.near.slope < 0)
    behind, far = optax.tree.where(same, (walk.near, walk.far), (walk.far, walk.near))
    return _aim(walk._replace(near=here, far=far, behind=behind))


def _aim(walk: _Walk) -> _Walk:
    """Chandrupatla's choice"""
    one, two, three = walk.near, walk.far, walk.behind
    eps = jnp.finfo(one.at.dtype).eps
    xi = (one.at - two.at) / (three.at - two.at)
    phi = (one.slope - two.slope) / (three.slope - two.slope)
    inverse = one.slope / (two.slope - one.slope) * three.slope / (two.slope - three.slope) + (
        (three.at - one.at) / (two.at - one.at)
        * one.slope / (three.slope - one.slope)
        * two.slope / (three.slope - two.slope)
    )
    good = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
    width = jnp.abs(two.at - one.at)
    least = 2 * eps * jnp.maximum(one.at, two.at) / width
    t = jnp.clip(jnp.where(good, inverse, 0.5), least, 1 - least)
    done = (least > 0.5) | (one.slope == 0) | (two.slope == 0)
    trial = jnp.where(walk.closed, one.at + t * (two.at - one.at), walk.trial)
    return walk._replace(trial=trial, done=jnp.where(walk.closed, done, walk.done))
