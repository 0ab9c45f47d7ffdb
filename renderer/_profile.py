"""The graph of a loss of x alone: losses along the window, and the levels that they stand at."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ravine.renderer._grid import edges
from ravine.renderer._scene import Ground
from ravine.renderer._tone import Tone

_PLACES = 2049

_KNEE_SHARE = 0.12
"""On a log scale the graph bends to a linear one at this part of its losses: wells would be spikes."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A loss over the window's first dimension.

    Attributes:
        places: Evenly spaced, from one end of the window to the other.
        losses: There.
        tone: How losses become levels: evenly, unless the ground asks for a log scale.
    """

    places: Float[np.ndarray, " places"]
    losses: Float[np.ndarray, " places"]
    tone: Tone

    @classmethod
    def of(cls, ground: Ground) -> "Profile":
        """The profile of a ground whose losses do not depend on y."""
        places = edges(ground.window[0], _PLACES)
        (losses,) = ground.losses(places, np.zeros(1))
        scale = "log" if ground.scale == "log" else "linear"
        tone = Tone.of(losses, scale, knee_share=_KNEE_SHARE)
        return cls(places=places, losses=losses, tone=tone)

    def level(self, xs: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """The graph's levels from 0 to 1 at places, beyond its ends those of the ends.

        Where the loss is not a number the graph is at its top, as every view has it.
        """
        return np.interp(xs, self.places, self.tone.level(self.losses))
