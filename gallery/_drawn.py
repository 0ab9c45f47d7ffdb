"""A sketch's runs in the colours of a theme, and what is plotted of them."""

from collections.abc import Collection

import numpy as np

from ravine.gallery._recipe import Recipe
from ravine.gallery._recipe_checks import RecipeError
from ravine.gallery._sketch import Part, RunSketch, Sketch
from ravine.renderer import Plot, Run, ThemeName, Vector, ViewName, arrow_colour, colours

_LOSS = "loss"
_TITLES = {
    "held_out_loss": "loss on held-out examples",
    "batch_loss": "loss on the minibatch",
    "gradient_norm": "norm of the gradient",
    "step": "step taken",
}
"""Over the axes, where the series' name does not do."""

_LINEAR = ("batch_loss", "step")
"""What is looked at for its ups and downs."""

_NAMES: dict[Part, str] = {
    "gradient": "−gradient",
    "velocity": "velocity",
    "jump": "jump ahead",
    "correction": "correction",
    "step": "step",
    "newton": "Newton's direction",
    "minimum": "to the minimum",
}


def drawn_runs(sketch: Sketch, theme: ThemeName) -> tuple[Run, ...]:
    """The runs, each in a colour of its own."""
    ours = {run.facts["rule"] for run in sketch.runs if run.facts["text"]}
    keys = [_colour_key(run.facts["rule"], run.facts["text"], ours) for run in sketch.runs]
    shades = colours(keys, theme=theme)
    names = {name for run in sketch.runs for name in run.series}
    return tuple(_drawn(run, names, colour, theme) for run, colour in zip(sketch.runs, shades, strict=True))


def _colour_key(rule: str, text: str | None, ours: Collection[str]) -> str:
    """Whose colour a run has: a rule of the user's leaves that of its name to ours beside it."""
    return rule if text or rule not in ours else f"another {rule}"


def plot_of(recipe: Recipe, sketch: Sketch, view: ViewName) -> Plot | None:
    """What is drawn over the steps: what is asked for, or what the landscape measures of its own.

    Raises:
        RecipeError: no run has such a series.
    """
    name = _usual_plot(recipe, sketch) if recipe.plot is None else recipe.plot
    if name == _LOSS:
        return Plot(name=_LOSS, title=_LOSS) if view == "chart" else None
    known = {key for run in sketch.runs for key in run.series}
    if sketch.runs and name not in known:
        raise RecipeError(f"plot is loss, {', '.join(sorted(known))}; got {name!r}.")
    title = _TITLES.get(name, name.replace("_", " "))
    return Plot(name=name, title=title, scale="linear" if name in _LINEAR else "auto")


def _usual_plot(recipe: Recipe, sketch: Sketch) -> str:
    if recipe.early_stopping is not None:
        return "held_out_loss"
    return sketch.landscape["measure"] or _LOSS


def _drawn(run: RunSketch, names: Collection[str], colour: str, theme: ThemeName) -> Run:
    """A run in its colour, with every series that any run has."""
    nothing = np.full(len(run.losses), np.nan)
    return Run(
        label=run.facts["label"],
        note=run.facts["note"],
        colour=colour,
        points=run.points,
        losses=run.losses,
        balls=run.balls,
        diverged_at=run.diverged_at if run.diverged_at >= 0 else None,
        untied=frozenset(run.facts["untied"]),
        series={_LOSS: run.losses, **dict.fromkeys(names, nothing), **run.series},
        vectors=tuple(
            Vector(
                name=_NAMES[arrow.part],
                colour=arrow_colour(arrow.part, theme=theme),
                tails=arrow.tails,
                arrows=arrow.arrows,
                unit=arrow.unit,
            )
            for arrow in run.vectors
        ),
        stopped_at=run.facts["stopped_at"],
    )
