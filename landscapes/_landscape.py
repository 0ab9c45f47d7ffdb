"""The record of a landscape: a loss over the plane with its facts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from jax import Array

    from ravine.landscapes._examples import Examples

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
"""((x0, x1), (y0, y1)) with x0 < x1 and y0 < y1."""

Loss: TypeAlias = Callable[["Array"], "Array"]
"""A function of one point, `Float[Array, "2"] -> Float[Array, ""]`, in jax.numpy."""


@dataclass(frozen=True, kw_only=True)
class Landscape:
    """A loss over the plane with its facts.

    Attributes:
        loss: The function, of one point, differentiable by JAX with finite gradients in `domain`.
        title: Its name as printed on a picture.
        equation: The formula in LaTeX, in x and y.
        domain: The box on which the facts are stated.
        view: The box that a film shows; `domain` unless given.
        start: The point from which descents are worth watching, inside `view`.
        minima: All global minimizers in `domain`, or none where the loss has no minimum.
        lowest: The loss at `minima`.
        source: The paper or collection that the function is known from.
        about: The reason why it is hard or worth showing, in one sentence.
        scale: From heights to levels: "log" for a loss over many orders, or "auto" to tell by its values.
        variables: 1 for a loss of x alone, which is a function of a point whose y stays 0.
        marks: Points worth a word on the picture, with the word.
        examples: The data that the loss is a mean over, for a finite sum.
        measures: Further functions of a point by name, such as accuracy; the first has a panel of its own.
        name: The catalogue's name, which is the function's.

    Example:
        >>> bowl = Landscape(
        ...     loss=lambda point: (point**2).sum(),
        ...     title="Bowl",
        ...     equation="x^2 + y^2",
        ...     domain=((-2.0, 2.0), (-1.0, 1.0)),
        ...     start=(1.5, 0.5),
        ...     source="",
        ...     about="",
        ... )
        >>> bowl.contains((1.5, 0.5)), bowl.window
        (True, ((-2.0, 2.0), (-1.0, 1.0)))
    """

    loss: Loss
    title: str
    equation: str
    domain: Box
    start: Point
    source: str
    about: str
    view: Box | None = None
    minima: tuple[Point, ...] = ()
    lowest: float | None = None
    scale: Literal["auto", "linear", "log"] = "auto"
    variables: Literal[1, 2] = 2
    marks: tuple[tuple[Point, str], ...] = ()
    examples: "Examples | None" = None
    measures: Mapping[str, Loss] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", getattr(self.loss, "__name__", "function"))
        for name, box in (("domain", self.domain), ("view", self.view)):
            if box is not None:
                _check_box(box, f"The {name} of {self.name}")
        if not all(map(math.isfinite, self.start)):
            raise ValueError(f"The start {self.start} of {self.name} is not finite.")

    @property
    def window(self) -> Box:
        """The box that a film shows."""
        return self.view or self.domain

    def contains(self, point: Point) -> bool:
        """Tell whether `point` lies in the domain, its edge included."""
        return all(low <= value <= high for value, (low, high) in zip(point, self.domain, strict=True))


def _check_box(box: Box, what: str) -> None:
    for low, high in box:
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"{what} must go from a lower to a higher number; got {low} to {high}.")
