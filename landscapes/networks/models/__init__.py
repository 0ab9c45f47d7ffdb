"""Networks, one a file: the file is named after the network."""

from typing import TYPE_CHECKING

from ravine.core.catalogue import Catalogue
from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.landscapes.networks._network import Network

catalogue: "Catalogue[Network]" = Catalogue(
    package="ravine.landscapes.networks.models", variable="NETWORK", kind="network"
)

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__, "catalogue")
