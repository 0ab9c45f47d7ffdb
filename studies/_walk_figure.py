"""A walk as a picture."""

from ravine.landscapes.geometry import interior_share
from ravine.renderer.figures import WalkPicture, WalkRun
from ravine.studies._result import subtitle
from ravine.studies._walk import Steps, Walk


def picture_of(walk: Walk) -> WalkPicture:
    """What the picture shows of a walk."""
    return WalkPicture(
        title=walk.choices.title or "What the loss does from one update to the next",
        subtitle=subtitle(walk.choices, walk.objective, batch_norm=walk.batch_norm, held=walk.held),
        runs=tuple(_run(run) for run in walk.runs),
    )


def _run(run: Steps) -> WalkRun:
    return WalkRun(
        label=run.label,
        colour_key=run.rule,
        alphas=run.alphas,
        losses=run.losses,
        cosines=run.cosines,
        distances=run.distances,
        sharpness=run.sharpness,
        sharpness_step=run.sharpness_at,
        rate=run.rate,
        interior_share=interior_share(run.losses),
    )
