"""The measures along one line, and what they say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from ravine.landscapes.geometry import LineFacts, line_facts
from ravine.studies._checkpoints import Arrays, digest
from ravine.studies._measure import MEASURES

_AT_END = 1e-9
_BARRIER = 0.1
"""A rise above the higher end by this part of its loss is a barrier."""

_OFF_THE_LINE = 0.1
"""A path leaves the line where it is farther from it than this part of the line's length."""


class Path(NamedTuple):
    """A training path seen from the line between its ends.

    Attributes:
        step: The steps whose iterates were kept.
        projection: How far along the line they are, 0 at the start and 1 at the solution.
        residual: Their distance from it, in units of the line's length.
        loss: Their own training loss.
    """

    step: Int[np.ndarray, " kept"]
    projection: Float[np.ndarray, " kept"]
    residual: Float[np.ndarray, " kept"]
    loss: Float[np.ndarray, " kept"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """The measures along one line.

    Attributes:
        label: What tells it from the others on a picture.
        rule: The optimizer that found the solution.
        alphas: Places on the line.
        measures: By name; `train_loss` always.
        ends: The training loss at both ends.
        zooms: The training loss close to the ends.
        path: Of the training that led from the one to the other.
        length: Of the line.
        points: Both ends, leaf by leaf.
    """

    label: str
    rule: str
    alphas: Float[np.ndarray, " alphas"]
    measures: Mapping[str, Float[np.ndarray, " alphas"]]
    ends: tuple[float, float]
    zooms: tuple[tuple[Float[np.ndarray, " places"], Float[np.ndarray, " places"]], ...]
    path: Path | None
    length: float
    points: tuple[Arrays, Arrays]

    def record(self) -> dict[str, Any]:
        """The numbers by name."""
        facts = self.facts
        return {
            "alphas": self.alphas,
            **{name: self.measures.get(name) for name in MEASURES},
            "barrier": facts and facts.barrier,
            "monotone": facts and facts.monotone,
            "total_rise": facts and facts.total_rise,
            "convex_share": facts and facts.convex_share,
            "path": None if self.path is None else self.path._asdict(),
            "initial_loss": self.ends[0],
            "final_loss": self.ends[1],
            "zooms": [{"alphas": alphas, "train_loss": loss} for alphas, loss in self.zooms] or None,
            "vectors": self.vectors,
            "verdicts": self.verdicts,
        }

    @property
    def vectors(self) -> dict[str, Any]:
        """What tells the line from others."""
        start, end = map(digest, self.points)
        return {"start_digest": start, "end_digest": end, "length": self.length}

    @property
    def verdicts(self) -> dict[str, bool]:
        """What Goodfellow et al. found, asked of this line."""
        facts, found = self.facts, {}
        if facts is not None:
            found |= {
                "never_rises": facts.monotone,
                "convex_throughout": facts.convex_share == 1.0,
                "barrier": facts.barrier > _BARRIER * max(self.ends),
            }
        if self.path is not None:
            found["path_leaves_line"] = bool(self.path.residual.max() > _OFF_THE_LINE)
        return found

    @property
    def facts(self) -> LineFacts | None:
        """Barrier, rises and convexity from end to end; None where the alphas do not reach both."""
        inner = (self.alphas > _AT_END) & (self.alphas < 1.0 - _AT_END)
        if self.alphas[0] > _AT_END or self.alphas[-1] < 1.0 - _AT_END or not inner.any():
            return None
        first, last = self.ends
        losses = self.measures["train_loss"][inner]
        return line_facts(np.array([0.0, *self.alphas[inner], 1.0]), np.array([first, *losses, last]))
