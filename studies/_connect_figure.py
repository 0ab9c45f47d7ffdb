"""Two ways between solutions as a picture."""

from ravine.renderer.figures import CurvePicture
from ravine.studies._connect import Connect
from ravine.studies._result import subtitle


def picture_of(connect: Connect) -> CurvePicture:
    """What the picture shows of two ways."""
    choices = connect.choices
    return CurvePicture(
        title=choices.title or "Two solutions, joined by a curve of low loss",
        subtitle=subtitle(choices, connect.objective, batch_norm=connect.batch_norm, held=connect.held),
        t=connect.alphas,
        curve_loss=connect.curve["train_loss"],
        line_loss=connect.straight["train_loss"],
        curve_test_loss=connect.curve["test_loss"],
        line_test_loss=connect.straight["test_loss"],
        barrier=connect.line_barrier,
        curve_barrier=connect.curve_barrier,
    )
