"""Line searches: the length of a step along a ray, and the cost of finding it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeAlias, cast

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

from ravine.optimizers._checks import check_word
from ravine.optimizers._minimise import Place, first_minimiser

_Zoom: TypeAlias = optax.ScaleByZoomLinesearchState

_REACH = 1e3
"""The longest reach of a search, in units in which the ray moves a coordinate by 1 + the largest of all."""

_NEAREST, _SECOND = 1e-4, 1e-2
"""The first stride of an exact search and what the second may be, in the same units."""

_WIDTH, _PLACES, _VALLEYS = 10.0, 1024, 16
"""The length within which the lowest minimiser is searched for, in the same units, the number of places that
are looked at, and the number of the lowest valleys that are gone down."""

_TRIALS = 20
_CLIMB = 1e-6
"""The climb that a Wolfe search allows where the loss is flat but for rounding, in units of the loss."""


class Ray(NamedTuple):
    """A half-line, and what is known of the loss where it begins."""

    loss: Callable[[Float[Array, " n"]], Float[Array, ""]]
    point: Float[Array, " n"]
    direction: Float[Array, " n"]
    value: Float[Array, ""]
    gradient: Float[Array, " n"]

    def at(self, length: Float[Array, ""]) -> Float[Array, " n"]:
        """The point that lies `length` directions along the ray."""
        return self.point + length * self.direction

    @property
    def start(self) -> Place:
        """The place at which it begins."""
        return self._place(jnp.zeros_like(self.value), self.value, self.gradient)

    @property
    def unit(self) -> Float[Array, ""]:
        """The length that moves a coordinate by 1 + the largest of all, which tells far from near."""
        return (1 + jnp.max(jnp.abs(self.point))) / jnp.max(jnp.abs(self.direction))

    @property
    def resolution(self) -> Float[Array, ""]:
        """The length that is too short to move any coordinate."""
        moves = self.direction != 0
        shares = jnp.abs(self.point) / jnp.abs(jnp.where(moves, self.direction, 1))
        return jnp.finfo(shares.dtype).eps / 4 * jnp.min(jnp.where(moves, shares, jnp.inf))

    def measure(self, length: Float[Array, ""]) -> Place:
        """The loss and its slope along the ray, which cost one gradient."""
        return self._place(length, *jax.value_and_grad(self.loss)(self.at(length)))

    def _place(
        self, length: Float[Array, ""], value: Float[Array, ""], gradient: Float[Array, " n"]
    ) -> Place:
        """A place with its slope, 0 if that is no more than rounding."""
        terms = gradient * self.direction
        slope = jnp.sum(terms)
        rounding = 2 * jnp.finfo(terms.dtype).eps * jnp.sum(jnp.abs(terms))
        slope = jnp.where(jnp.abs(slope) <= rounding, 0, slope)
        return Place(length, value, jnp.where(jnp.isfinite(value), slope, jnp.nan))


class Found(NamedTuple):
    """The length at which a search ended, in units of the ray's direction, and its evaluations.

    Attributes:
        length: 0 where the ray does not descend, always finite.
        evaluations: Of the loss, the gradient and the Hessian; a gradient gives the loss as well.
    """

    length: Float[Array, ""]
    evaluations: Float[Array, "3"]


LineSearch: TypeAlias = Callable[[Ray, Float[Array, ""]], Found]
"""From a ray and a guess of the length, which not every search needs, to where it ends."""


def search_named(rule: str, name: str, words: tuple[str, ...], *, curvature: float) -> LineSearch | None:
    """The line search that a rule's hyper-parameter names, which may be none.

    Raises:
        HyperparameterError: it names one that the rule does not have.
    """
    check_word(rule, "line_search", name, words)
    return {"exact": exact, "global": lowest, "wolfe": wolfe(curvature), "fixed": None}[name]


def exact(ray: Ray, guess: Float[Array, ""]) -> Found:
    """The first minimiser on the ray; where the loss falls for ever, a step of a thousand units."""
    del guess
    minimum = first_minimiser(
        ray.measure,
        ray.start,
        strides=(_NEAREST * ray.unit, _SECOND * ray.unit),
        limit=_REACH * ray.unit,
        resolution=ray.resolution,
    )
    return _found(ray, minimum.at, gradients=minimum.rounds)


def lowest(ray: Ray, guess: Float[Array, ""]) -> Found:
    """The lowest minimiser within ten units, in one of the lowest valleys between many places on the ray.

    A valley that is narrower than the distance of those places may be missed. Where the lowest of them is the
    last, and the loss still falls there, the search goes on to the first minimiser beyond.
    """
    del guess
    ends, rounds = jax.lax.map(partial(_down_from, ray), _valleys(ray))
    best = jnp.argmin(jnp.where(jnp.isfinite(ends.value), ends.value, jnp.inf))
    return _found(ray, ends.at[best], losses=_PLACES, gradients=jnp.sum(rounds) + 2 * _VALLEYS)


def _valleys(ray: Ray) -> tuple[Float[Array, " valleys"], Bool[Array, " valleys"]]:
    """The lowest places that are lower than their neighbours, and which of them are any."""
    kind, half = ray.point.dtype, _PLACES // 2
    near = jnp.geomspace(_NEAREST, _WIDTH, _PLACES - half, dtype=kind)
    even = jnp.linspace(0, _WIDTH, half + 1, endpoint=False, dtype=kind)[1:]
    spaced = ray.unit * jnp.sort(jnp.concatenate([even, near]))
    values = jax.vmap(lambda length: ray.loss(ray.at(length)))(spaced)
    places = jnp.concatenate([jnp.zeros(1, kind), spaced])
    losses = jnp.concatenate([ray.value[None], values])
    losses = jnp.where(jnp.isfinite(losses), losses, jnp.inf)
    walled = jnp.pad(losses, 1, constant_values=jnp.inf)
    valleys = jnp.where((losses <= walled[:-2]) & (losses <= walled[2:]), losses, jnp.inf)
    heights, lowest = jax.lax.top_k(-valleys, _VALLEYS)
    return places[lowest], jnp.isfinite(heights)


def _down_from(ray: Ray, valley: tuple[Float[Array, ""], Bool[Array, ""]]) -> tuple[Place, Int[Array, ""]]:
    """The minimiser next to a place, if that is any, and how many places it took."""
    at, exists = valley
    here = ray.measure(jnp.where(exists, at, 0))
    way = jnp.where(here.slope > 0, -1, 1)

    def measure(distance: Float[Array, ""]) -> Place:
        place = ray.measure(here.at + way * distance)
        return Place(distance, place.value, way * place.slope)

    spacing = jnp.maximum(here.at, _NEAREST * ray.unit)
    minimum = first_minimiser(
        measure,
        Place(jnp.zeros_like(here.at), here.value, jnp.where(exists, way * here.slope, 0)),
        strides=(_SECOND * spacing / 10, _SECOND * spacing),
        limit=jnp.where(way > 0, _REACH * ray.unit - here.at, here.at),
        resolution=ray.resolution,
    )
    return ray.measure(here.at + way * minimum.at), minimum.rounds


def wolfe(curvature: float) -> LineSearch:
    """The search for a length that fulfils the strong Wolfe conditions, by optax.

    Args:
        curvature: The slope that may be left, in units of the slope at the start.
    """

    def search(ray: Ray, guess: Float[Array, ""]) -> Found:
        zoom = optax.scale_by_zoom_linesearch(
            max_linesearch_steps=_TRIALS,
            max_learning_rate=_REACH * ray.unit,
            curv_rtol=curvature,
            approx_dec_rtol=_CLIMB,
        )
        begun = cast("_Zoom", zoom.init(ray.direction))._replace(learning_rate=guess)
        _, state = zoom.update(
            ray.direction, begun, ray.point, value=ray.value, grad=ray.gradient, value_fn=ray.loss
        )
        ended = cast("_Zoom", state)
        climbed = ended.value - ray.value
        descends = (ray.start.slope < 0) & jnp.isfinite(climbed) & (climbed <= _CLIMB * jnp.abs(ray.value))
        length = jnp.where(descends, ended.learning_rate, 0)
        return _found(ray, length, gradients=jnp.asarray(ended.info.num_linesearch_steps))

    return search


def _found(ray: Ray, length: Float[Array, ""], *, losses: float = 0, gradients: Array) -> Found:
    kind = ray.point.dtype
    counts = (jnp.asarray(count, kind) for count in (losses, gradients, 0))
    return Found(length.astype(kind), jnp.stack(list(counts)))
