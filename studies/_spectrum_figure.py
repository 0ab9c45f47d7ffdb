"""A spectrum as a picture."""

from ravine.renderer.figures import SpectrumPicture
from ravine.studies._result import subtitle
from ravine.studies._spectrum import Spectrum


def picture_of(spectrum: Spectrum) -> SpectrumPicture:
    """What the picture shows of a spectrum."""
    found, choices = spectrum.found, spectrum.choices
    place = "given point" if choices.points else choices.at
    return SpectrumPicture(
        title=choices.title or f"Eigenvalues of the Hessian at the {place}",
        subtitle=subtitle(choices, spectrum.objective, batch_norm=spectrum.batch_norm, held=spectrum.held),
        top=found.top,
        bottom=found.bottom,
        density_value=found.density.values,
        density=found.density.weights,
        index=found.index,
        index_exact=found.index_exact,
        kind=found.kind,
        gradient_norm=found.gradient_norm,
        size=found.size,
    )
