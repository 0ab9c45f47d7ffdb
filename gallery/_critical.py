"""The critical points of a landscape in words."""

from collections import Counter

from ravine.landscapes import Landscape
from ravine.landscapes.slices import CriticalPoint, critical_points

_MOST = 9
_EXACT = 9
"""Decimals beyond which a coordinate is the search's own rounding."""

_PLURALS = {"minimum": "minima", "saddle": "saddles", "maximum": "maxima", "degenerate": "degenerate points"}


def said_of_critical_points(landscape: Landscape) -> list[str]:
    """Minima, saddles and maxima with their condition numbers, a line each; the rest are counted."""
    found = critical_points(landscape)
    lines = [_said(landscape, point) for point in found.points[:_MOST]]
    rest = Counter(point.kind for point in found.points[_MOST:])
    if rest:
        about = "about " if found.unseen else ""
        counted = [f"{count} {kind if count == 1 else _PLURALS[kind]}" for kind, count in rest.items()]
        lines.append(f"and {about}{', '.join(counted)} more")
    return lines


def _said(landscape: Landscape, point: CriticalPoint) -> str:
    x, y = (f"{round(value, _EXACT) + 0.0:.6g}" for value in point.point)
    place = x if landscape.variables == 1 else f"({x}, {y})"
    condition = f", condition number {point.condition_number:.4g}" if _has_condition(landscape, point) else ""
    kind = point.kind if point.isolated else f"{point.kind}, one of many,"
    kink = "" if point.smooth else ", a kink"
    return f"{kind} at {place}, loss {round(point.loss, _EXACT) + 0.0:.6g}{condition}{kink}"


def _has_condition(landscape: Landscape, point: CriticalPoint) -> bool:
    return landscape.variables == 2 and point.condition_number < float("inf")
