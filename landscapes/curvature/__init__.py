"""The curvature of a loss at a point: Hessian products, eigenvalues and critical points."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.landscapes.curvature._critical_points import CriticalPoint as CriticalPoint
    from ravine.landscapes.curvature._critical_points import critical_points as critical_points
    from ravine.landscapes.curvature._hessian import extremes as extremes
    from ravine.landscapes.curvature._hessian import extremes_at as extremes_at
    from ravine.landscapes.curvature._lanczos import NotFiniteError as NotFiniteError
    from ravine.landscapes.curvature._spectrum import Spectrum as Spectrum
    from ravine.landscapes.curvature._spectrum import spectrum as spectrum


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
