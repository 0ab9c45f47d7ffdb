"""All critical points of a loss over the plane: minima, saddles, maxima and what the Hessian cannot tell."""

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int

from ravine.landscapes._landscape import Box, Landscape, Point
from ravine.landscapes.curvature._hessian import Kind, kind_of
from ravine.landscapes.curvature._newton import (
    BATCH,
    Places,
    Region,
    are_critical,
    are_flat,
    are_isolated,
    are_kinks,
    places,
    signs_around,
    zeros_of_hessians,
)

_MOST_ROUNDS = 8
_UNSEEN = 0.001
_HOPELESS = 0.3
"""Of an unseen share: there are thousands of points, and no table for them."""

_SAME = 1e-4
_ORDER = ("minimum", "saddle", "maximum", "degenerate")


@dataclass(frozen=True, kw_only=True)
class CriticalPoint:
    """A point where the gradient of a loss vanishes, or a kink that is a minimum or a maximum.

    Attributes:
        point: In the plane.
        loss: There.
        kind: "degenerate" where an eigenvalue of 0 leaves it open.
        eigenvalues: Of the Hessian in rising order, one a variable; none at a kink.
        isolated: True if no other critical point lies beside it; if some do, as on the floor of a
            valley, this one stands for all of the same loss.
    """

    point: Point
    loss: float
    kind: Kind
    eigenvalues: tuple[float, ...]
    isolated: bool = True

    @property
    def smooth(self) -> bool:
        """True where the gradient is continuous there."""
        return bool(self.eigenvalues)

    @property
    def condition_number(self) -> float:
        """The largest absolute eigenvalue over the smallest one: infinite where that is 0, as at a kink."""
        sizes = [abs(value) for value in self.eigenvalues]
        degenerate = self.kind == "degenerate" or not sizes or min(sizes) == 0.0
        return float("inf") if degenerate else max(sizes) / min(sizes)


class CriticalPoints(NamedTuple):
    """The critical points of a landscape.

    Attributes:
        points: Minima, saddles, maxima and degenerate ones, of each the lowest first.
        unseen: The estimated share of searches that would end at a point not among them (Good and
            Turing): 0 if each was found from several starts.
        lost: The share of searches that ended at none, such as outside the domain or on a long slope.
        flat_share: The share of searches that ended on a plateau, where all points are critical.
    """

    points: tuple[CriticalPoint, ...]
    unseen: float
    lost: float
    flat_share: float


class _Ends(NamedTuple):
    """Distinct ends of searches, and how many ended at each."""

    at: Places
    visits: Int[np.ndarray, " count"]


_NO_PLACES = Places(np.zeros((0, 2)), np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2, 2)))
_NO_ENDS = _Ends(_NO_PLACES, np.zeros(0, int))


def critical_points(landscape: Landscape, *, seed: int = 0) -> CriticalPoints:
    """All critical points of a landscape in its domain, by Newton's method on the gradient in float64.

    Searches start from the known minima and from jittered grids over the domain and the view, in turn as
    long as new points are likely and not too many. Points closer than 1e-4 of half a side of the domain
    are one. An eigenvalue counts as 0 if it is below 1e-9 of the larger one, or below what the Hessian
    changes by within 1e-7 of half a side.

    Args:
        landscape: Its loss, domain, known minima and number of variables matter.
        seed: Of the grids.
    """
    rng = np.random.default_rng(seed)
    boxes = itertools.cycle((landscape.domain, landscape.window))
    starts = _grid(next(boxes), landscape.variables, rng)
    region = Region.of(landscape.loss, landscape.domain, landscape.variables, places(landscape.loss, starts))
    known = np.reshape(landscape.minima, (-1, 2))
    starts = np.concatenate([known, starts[len(known) :]])[:BATCH]
    ends, unseen, ended, flat = _NO_ENDS, 0.0, [], []
    for round_ in range(_MOST_ROUNDS):
        found = region.search(starts)
        critical = are_critical(region, found)
        level = are_flat(region, found)
        ended.append(critical.mean())
        flat.append((critical & level).mean())
        ends = _merged(region, ends, found.at(critical & ~level))
        unseen = float((ends.visits[~_are_singular(region, ends.at)] == 1).sum()) / (len(ended) * BATCH)
        if round_ > 0 and not _UNSEEN < unseen < _HOPELESS:
            break
        starts = _grid(next(boxes), landscape.variables, rng)
    points = _described(region, ends.at, known)
    return CriticalPoints(points, unseen, float(1.0 - np.mean(ended)), float(np.mean(flat)))


def _grid(box: Box, variables: int, rng: np.random.Generator) -> Float64[np.ndarray, "starts 2"]:
    """One random point in each cell of the box, so that no start lies on an axis of symmetry."""
    if variables == 1:
        low, high = box[0]
        xs = low + (high - low) * (np.arange(BATCH) + rng.uniform(size=BATCH)) / BATCH
        return np.stack([xs, np.zeros(BATCH)], axis=1)
    side = math.isqrt(BATCH)
    cells = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    low, high = np.transpose(box)
    return low + (high - low) * (cells + rng.uniform(size=cells.shape)) / side


def _merged(region: Region, ends: _Ends, found: Places) -> _Ends:
    """The distinct points among known ends and further ones; of those that are the same, the most exact."""
    both = Places(*(np.concatenate(pair) for pair in zip(ends.at, found, strict=True)))
    visits = np.concatenate([ends.visits, np.ones(len(found.points), int)])
    left = np.hypot(*(both.gradients * region.half).T)
    firsts, counts = [], []
    rest = np.flatnonzero(np.isfinite(left))
    rest = rest[np.argsort(left[rest], kind="stable")]
    while len(rest):
        same = _apart(region, both.points[rest], both.points[rest[0]]) < _SAME
        firsts.append(rest[0])
        counts.append(visits[rest[same]].sum())
        rest = rest[~same]
    return _Ends(both.at(np.array(firsts, int)), np.array(counts, int))


def _apart(
    region: Region, points: Float64[np.ndarray, "count 2"], point: Float64[np.ndarray, "2"]
) -> Float64[np.ndarray, " count"]:
    """Measure how far points are from one of them, in half sides of the box."""
    return np.abs((points - point) / region.half).max(axis=1)


def _are_singular(region: Region, at: Places) -> Bool[np.ndarray, " count"]:
    """Mask Hessians close to having an eigenvalue of 0: such points are often parts of a valley."""
    sizes = np.abs(region.curvatures(at)[0])
    return sizes.min(axis=1) <= 1e-6 * sizes.max(axis=1)


def _described(
    region: Region, at: Places, known: Float64[np.ndarray, "known 2"]
) -> tuple[CriticalPoint, ...]:
    """The points by kind. At the kinks among known minima a search may have ended or not."""
    kinks = are_kinks(region, at)
    missed = [one for one in known if not (_apart(region, at.points, one) < _SAME).any()]
    others = np.concatenate([at.points[kinks], np.reshape(missed, (-1, 2))])
    described = [*_smooth(region, at.at(~kinks)), *_kinks(region, places(region.loss, others))]
    return tuple(sorted(described, key=lambda one: (_ORDER.index(one.kind), one.loss, one.point)))


def _smooth(region: Region, at: Places) -> list[CriticalPoint]:
    values, _ = region.curvatures(at)
    zeros = zeros_of_hessians(region, at)
    kinds: list[Kind] = [kind_of(each, zero) for each, zero in zip(values, zeros, strict=True)]
    alone = np.array([kind != "degenerate" for kind in kinds], bool)
    alone[~alone] = are_isolated(region, at.at(~alone))
    described = [
        CriticalPoint(
            point=_as_point(region, at.points[index]),
            loss=float(at.losses[index]),
            kind=kinds[index],
            eigenvalues=tuple(values[index].tolist()),
            isolated=bool(alone[index]),
        )
        for index in range(len(kinds))
    ]
    return [one for one in described if one.isolated] + _one_a_level(region, described)


def _one_a_level(region: Region, points: list[CriticalPoint]) -> list[CriticalPoint]:
    """Of points on valley floors, the one closest to the middle of the box for each loss."""
    middle = np.mean(region.box, axis=1)
    floors = [one for one in points if not one.isolated]
    floors.sort(key=lambda one: float(np.hypot(*((one.point - middle) / region.half))))
    chosen: list[CriticalPoint] = []
    for one in floors:
        if all(abs(one.loss - other.loss) > 1e-9 * region.relief for other in chosen):
            chosen.append(one)
    return chosen


def _kinks(region: Region, at: Places) -> list[CriticalPoint]:
    """Kinks from which the loss rises, or falls, to all sides."""
    described = []
    for point, loss, sign in zip(at.points, at.losses, signs_around(region, at), strict=True):
        if sign != 0.0:
            kind: Kind = "minimum" if sign > 0.0 else "maximum"
            described.append(
                CriticalPoint(point=_as_point(region, point), loss=float(loss), kind=kind, eigenvalues=())
            )
    return described


def _as_point(region: Region, point: Float64[np.ndarray, "2"]) -> Point:
    x, y = np.where(np.abs(point) < 1e-15 * region.half, 0.0, point).tolist()
    return x, y
