"""The measures along one line, and the claims of Goodfellow et al. tested on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from ravine.landscapes.geometry import LineFacts
from ravine.renderer.figures import LineCurve
from ravine.studies._measure import MEASURES
from ravine.studies._result import Arrays, digest

_AT_END = 1e-9
_BARRIER = 0.1
"""A rise above the higher end by this part of its loss is a barrier."""

_OFF_THE_LINE = 0.1
"""A path leaves the line where it is farther from it than this part of the line's length."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve(LineCurve):
    """The measures along one line, as a picture has them, and what is known of the line.

    Attributes:
        initial_loss: The training loss at the first end.
        final_loss: The loss at the second one.
        facts: Barrier, rises and convexity from end to end; None where the alphas do not reach both.
        length: Of the line.
        points: Both ends, leaf by leaf.
    """

    initial_loss: float
    final_loss: float
    facts: LineFacts | None
    length: float
    points: tuple[Arrays, Arrays]

    @property
    def measures(self) -> Mapping[str, Float[np.ndarray, " alphas"] | None]:
        """All measures by name, None for those that there are not."""
        return {name: getattr(self, name) for name in MEASURES}

    def record(self) -> dict[str, Any]:
        """The numbers by name."""
        facts = self.facts
        return {
            "alphas": self.alphas,
            **self.measures,
            "barrier": facts and facts.barrier,
            "monotone": facts and facts.monotone,
            "total_rise": facts and facts.total_rise,
            "convex_share": facts and facts.convex_share,
            "path": None if self.path is None else self.path._asdict(),
            "initial_loss": self.initial_loss,
            "final_loss": self.final_loss,
            "zooms": [zoom._asdict() for zoom in self.zooms] or None,
            "vectors": self.vectors,
            "verdicts": self.claims,
        }

    @property
    def vectors(self) -> dict[str, Any]:
        """The length of the line and digests of its ends, which tell it from others."""
        start, end = map(digest, self.points)
        return {"start_digest": start, "end_digest": end, "length": self.length}

    @property
    def claims(self) -> dict[str, bool]:
        """The claims of Goodfellow et al., tested on this line."""
        facts, found = self.facts, {}
        if facts is not None:
            found |= {
                "never_rises": facts.monotone,
                "convex_throughout": facts.convex_share == 1.0,
                "barrier": facts.barrier > _BARRIER * max(self.initial_loss, self.final_loss),
            }
        if self.path is not None:
            found["path_leaves_line"] = bool(self.path.residual.max() > _OFF_THE_LINE)
        return found


def from_end_to_end(
    alphas: Float[np.ndarray, " alphas"], losses: Float[np.ndarray, " alphas"], ends: tuple[float, float]
) -> tuple[Float[np.ndarray, " places"], Float[np.ndarray, " places"]] | None:
    """Cut a line at its ends: places from 0 to 1 and the losses there; None where it does not reach both.

    Args:
        alphas: Places on the line, rising.
        losses: There.
        ends: The losses at 0 and at 1.
    """
    inner = (alphas > _AT_END) & (alphas < 1.0 - _AT_END)
    if alphas[0] > _AT_END or alphas[-1] < 1.0 - _AT_END or not inner.any():
        return None
    first, last = ends
    return np.array([0.0, *alphas[inner], 1.0]), np.array([first, *losses[inner], last])
