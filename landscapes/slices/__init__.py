"""Lines, planes and walks through the parameters of a network, and the curvature at a point."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ravine.landscapes.slices._bezier import Connection as Connection
    from ravine.landscapes.slices._bezier import bezier as bezier
    from ravine.landscapes.slices._bezier import connect as connect
    from ravine.landscapes.slices._critical_points import CriticalPoint as CriticalPoint
    from ravine.landscapes.slices._critical_points import critical_points as critical_points
    from ravine.landscapes.slices._directions import filter_normalised as filter_normalised
    from ravine.landscapes.slices._engine import evaluate as evaluate
    from ravine.landscapes.slices._extremes import extremes as extremes
    from ravine.landscapes.slices._extremes import extremes_at as extremes_at
    from ravine.landscapes.slices._hosts import join_hosts as join_hosts
    from ravine.landscapes.slices._hosts import leave_hosts as leave_hosts
    from ravine.landscapes.slices._lanczos import NotFiniteError as NotFiniteError
    from ravine.landscapes.slices._line_facts import LineFacts as LineFacts
    from ravine.landscapes.slices._line_facts import line_facts as line_facts
    from ravine.landscapes.slices._principal import principal as principal
    from ravine.landscapes.slices._projection import on_line as on_line
    from ravine.landscapes.slices._projection import on_plane as on_plane
    from ravine.landscapes.slices._spectrum import Spectrum as Spectrum
    from ravine.landscapes.slices._spectrum import spectrum as spectrum
    from ravine.landscapes.slices._three_points import through as through
    from ravine.landscapes.slices._vectors import inner as inner
    from ravine.landscapes.slices._vectors import minus as minus
    from ravine.landscapes.slices._vectors import norm as norm
    from ravine.landscapes.slices._walk_facts import cosines as cosines
    from ravine.landscapes.slices._walk_facts import distances as distances
    from ravine.landscapes.slices._walk_facts import interior_share as interior_share

_LATE = {
    "Connection": "_bezier",
    "CriticalPoint": "_critical_points",
    "LineFacts": "_line_facts",
    "NotFiniteError": "_lanczos",
    "Spectrum": "_spectrum",
    "bezier": "_bezier",
    "connect": "_bezier",
    "cosines": "_walk_facts",
    "critical_points": "_critical_points",
    "distances": "_walk_facts",
    "evaluate": "_engine",
    "extremes": "_extremes",
    "extremes_at": "_extremes",
    "filter_normalised": "_directions",
    "inner": "_vectors",
    "interior_share": "_walk_facts",
    "join_hosts": "_hosts",
    "leave_hosts": "_hosts",
    "line_facts": "_line_facts",
    "minus": "_vectors",
    "norm": "_vectors",
    "on_line": "_projection",
    "on_plane": "_projection",
    "principal": "_principal",
    "spectrum": "_spectrum",
    "through": "_three_points",
}
"""What needs numpy or JAX, by module."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)
