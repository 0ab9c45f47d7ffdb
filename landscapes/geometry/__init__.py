"""Lines, planes and walks through the parameters of a network: directions, projections and statistics."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.landscapes.geometry._pca import on_line as on_line
    from ravine.landscapes.geometry._pca import on_plane as on_plane
    from ravine.landscapes.geometry._pca import principal as principal
    from ravine.landscapes.geometry._planes import filter_normalised as filter_normalised
    from ravine.landscapes.geometry._planes import plane_through as plane_through
    from ravine.landscapes.geometry._stack import stacked as stacked
    from ravine.landscapes.geometry._statistics import Barrier as Barrier
    from ravine.landscapes.geometry._statistics import LineFacts as LineFacts
    from ravine.landscapes.geometry._statistics import cosines as cosines
    from ravine.landscapes.geometry._statistics import distances as distances
    from ravine.landscapes.geometry._statistics import interior_share as interior_share
    from ravine.landscapes.geometry._statistics import line_barrier as line_barrier
    from ravine.landscapes.geometry._statistics import line_facts as line_facts


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
