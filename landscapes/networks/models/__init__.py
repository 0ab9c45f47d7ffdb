"""Networks, one a file: the file is named after the network."""

from typing import TYPE_CHECKING

from ravine.core.catalogue import Catalogue

if TYPE_CHECKING:
    from ravine.landscapes.networks._network import Network

catalogue: "Catalogue[Network]" = Catalogue(
    package="ravine.landscapes.networks.models", variable="NETWORK", kind="network"
)
