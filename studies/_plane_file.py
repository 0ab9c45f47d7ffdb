"""A plane through parameters as files hold it: the vectors themselves, and what they are."""

from typing import Any

import numpy as np

from ravine.core.pytree import flat
from ravine.studies._checkpoints import Arrays, arrays_of, digest, trained_of
from ravine.studies._directions import Plane

_DIRECTIONS = ("direction_x", "direction_y")


def arrays_of_plane(plane: Plane) -> Arrays:
    """The origin, both directions and what is trained, leaf by leaf."""
    u, v = (
        arrays_of(name, way, moving=True) for name, way in zip(_DIRECTIONS, plane.directions, strict=True)
    )
    trained = trained_of(plane.objective.trained(plane.origin), plane.origin)
    return {**arrays_of("origin", plane.origin), **u, **v, **trained}


def record_of_plane(plane: Plane) -> dict[str, Any]:
    """What the origin and the directions are, so that those of a file can be told from others."""
    lengths = np.sqrt(plane.products.diagonal())
    cosine = plane.products[0, 1] / lengths.prod() if lengths.all() else np.nan
    directions = zip(_DIRECTIONS, plane.directions, plane.axes, plane.known, lengths, strict=True)
    return {
        "origin": {"label": plane.about, "digest": digest(arrays_of("origin", plane.origin))},
        "directions": [
            {
                "label": label,
                "kind": plane.kind,
                **known,
                "norm": length,
                "digest": digest(arrays_of(name, way, moving=True)),
            }
            for name, way, label, known, length in directions
        ],
        "inner_product": plane.products[0, 1],
        "angle": np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))),
        "through": plane.plane_through or None,
        "parameters": len(flat(plane.origin, plane.objective.trained(plane.origin))),
    }
