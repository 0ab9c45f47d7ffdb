"""The eigenvalues of the Hessian at a point."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ravine.core.pytree import Params
from ravine.landscapes.curvature import Spectrum as Found
from ravine.landscapes.curvature import spectrum as spectrum_at
from ravine.landscapes.networks import Objective
from ravine.studies._fixed import Fixed, fixed_at_point
from ravine.studies._given import given, is_given
from ravine.studies._options import SpectrumOptions
from ravine.studies._result import Arrays, Result, Row, arrays_of, digest, trained_of
from ravine.studies._study import Stage, unwatched
from ravine.studies._trainings import check_finite, trainings, with_rates

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_RECORDED = (
    *("top", "bottom", "density", "index", "kind", "index_exact", "zero", "gradient_norm"),
    *("residuals", "size"),
    *("loss", "verdicts", "seed", "objective"),
)

_CRITICAL = 1e-3
"""A gradient below this part of the largest eigenvalue: a Newton step of a thousandth at most there."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Spectrum(Result[SpectrumOptions]):
    """The eigenvalues of the Hessian at a point.

    Attributes:
        found: The spectrum.
        loss: At the point.
        point: Its parameters.
        mask: Its leaves that are trained.
    """

    choices: SpectrumOptions
    found: Found
    loss: float
    objective: str
    batch_norm: str
    point: Params
    mask: Params
    held: Fixed | None = None

    @property
    def top(self) -> Float[np.ndarray, " values"]:
        """The largest eigenvalues, the largest first."""
        return self.found.top

    @property
    def bottom(self) -> Float[np.ndarray, " values"]:
        """The smallest ones, the smallest first."""
        return self.found.bottom

    @property
    def density(self) -> dict[str, Float[np.ndarray, " values"]]:
        """Of all eigenvalues: values, and the density there."""
        return {"value": self.found.density.values, "density": self.found.density.weights}

    @property
    def index(self) -> int:
        """The number of negative eigenvalues."""
        return self.found.index

    @property
    def kind(self) -> str:
        """The kind of point that the eigenvalues make of it, if it is critical."""
        return self.found.kind

    @property
    def index_exact(self) -> bool:
        """True where negative eigenvalues were counted, and not estimated from the density."""
        return self.found.index_exact

    @property
    def zero(self) -> float:
        """The largest absolute eigenvalue that counts as 0."""
        return self.found.zero

    @property
    def residuals(self) -> Float[np.ndarray, " ends"]:
        """The largest error of each of the largest and then of the smallest."""
        return self.found.residuals

    @property
    def size(self) -> int:
        """The number of trained parameters."""
        return self.found.size

    @property
    def gradient_norm(self) -> float:
        """Of the loss at the point."""
        return self.found.gradient_norm

    @property
    def vectors(self) -> dict[str, Any]:
        """A digest of the point, which tells it from others."""
        return {"point_digest": digest(arrays_of("point", self.point))}

    def record(self) -> dict[str, Any]:
        numbers = {name: getattr(self, name) for name in _RECORDED}
        vectors = {"vectors": self.vectors}
        return {**numbers, "batch_norm": self.batch_norm or None, **vectors, **self.fixed_record}

    def arrays(self) -> Arrays:
        found = self.found
        vectors = {f"top_{n}": vector for n, vector in enumerate(found.top_vectors)}
        vectors |= {f"bottom_{n}": vector for n, vector in enumerate(found.bottom_vectors)}
        named = (arrays_of(name, vector, moving=True) for name, vector in vectors.items())
        of_vectors = {key: array for arrays in named for key, array in arrays.items()}
        return {**arrays_of("point", self.point), **of_vectors, **trained_of(self.mask, self.point)}

    @property
    def verdicts(self) -> dict[str, bool]:
        """The claims that the loss is convex there, and that the point is critical at all."""
        return {
            "convex_there": self.found.index == 0,
            "critical": self.found.gradient_norm <= _CRITICAL * float(abs(self.found.top[0])),
        }

    def table(self) -> Iterator[Row]:
        yield ("kind", "value", "density")
        for kind, values in (("top", self.found.top), ("bottom", self.found.bottom)):
            yield from ((kind, value, None) for value in values)
        for value, density in zip(*self.found.density, strict=True):
            yield ("density", value, density)

    def figure(self) -> "Figure":
        from ravine.renderer.figures import draw_spectrum

        choices = self.choices
        place = "given point" if choices.points else choices.at
        return draw_spectrum(
            self.found,
            title=choices.title or f"Eigenvalues of the Hessian at the {place}",
            subtitle=self.subtitle(self.objective, batch_norm=self.batch_norm),
            size=choices.size,
            theme=choices.theme,
        )


def run_spectrum(choices: SpectrumOptions, stage: Stage = unwatched) -> Spectrum:
    """Train what is to be trained, and find the eigenvalues there."""
    choices = with_rates(choices, stage)
    objective, point, held = _where(choices, stage)
    with stage("spectrum", 1), objective.checked():
        found = spectrum_at(objective, point, top=choices.top, bottom=choices.bottom, seed=choices.seed)
    return Spectrum(
        choices=choices,
        found=found,
        loss=float(objective.compiled_loss(point)),
        objective=objective.name,
        batch_norm=objective.batch_norm,
        point=point,
        mask=objective.trained(point),
        held=held,
    )


def _where(choices: SpectrumOptions, stage: Stage) -> tuple[Objective, Params, Fixed | None]:
    if is_given(choices):
        found = given(choices, least=1)
        return found.objective, found.points[-1], fixed_at_point(found.fixed)
    run = next(trainings(choices, stage))
    if choices.at == "start":
        return run.problem.objective(choices.policy), run.start, None
    check_finite(run)
    return run.problem.objective(choices.policy), run.solution, None
