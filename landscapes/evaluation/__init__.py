"""An objective at many points of a line or plane: compiled, in chunks, on all devices, resumable."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.landscapes.evaluation._evaluate import evaluate as evaluate
    from ravine.landscapes.evaluation._grid_cache import own_part as own_part
    from ravine.landscapes.evaluation._grid_cache import source_of as source_of
    from ravine.landscapes.evaluation._hosts import join_hosts as join_hosts
    from ravine.landscapes.evaluation._hosts import leave_hosts as leave_hosts


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
