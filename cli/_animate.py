"""ravine animate."""

from pathlib import Path
from typing import Any

import click

from ravine.cli._command import Command
from ravine.cli._options import (
    SizeType,
    default_output,
    descent_options,
    landscape_argument,
    quiet_option,
    recipe_from,
)
from ravine.cli._terminal import progress


@click.command("animate", cls=Command)
@landscape_argument
@descent_options
@click.option(
    "--view",
    type=click.Choice(["contour", "surface", "curve", "chart"]),
    help="From above, a surface, the graph of a loss of x alone, or a chart of --plot over the steps.  "
    "[default: contour, or curve for a loss of x alone]",
)
@click.option(
    "--plot",
    metavar="SERIES",
    help="What is drawn over the steps in place of the loss, such as accuracy, learning_rate, batch_loss.",
)
@click.option(
    "--clock",
    type=click.Choice(["steps", "evaluations"]),
    help="Count steps, or evaluations of the loss and its derivatives.  [default: steps]",
)
@click.option(
    "--show-vectors",
    type=click.Choice(["step", "newton", "minimum", "none"]),
    is_flag=False,
    flag_value="step",
    help="Draw what a step is made of, or the gradient's direction against Newton's, or against that to the "
    "minimum, with the angle.",
)
@click.option("--show-batch/--no-show-batch", default=None, help="Draw the contours of what each step sees.")
@click.option(
    "--slice",
    "slices",
    type=float,
    nargs=4,
    multiple=True,
    metavar="X0 Y0 X1 Y1",
    help="Show the loss along a line; give it once for each line.",
)
@click.option("--turn", type=float, metavar="DEGREES", help="Turn the camera about a surface.")
@click.option("--azimuth", type=float, metavar="DEGREES", help="Where the camera stands about a surface.")
@click.option("--elevation", type=float, metavar="DEGREES", help="How high it stands.  [default: 38]")
@click.option("--size", type=SizeType(), help="[default: 1280x720]")
@click.option("--theme", type=click.Choice(["light", "dark", "radford"]), help="[default: light]")
@click.option(
    "--panels",
    type=click.Choice(["all", "legend", "none"]),
    help="Standings and losses beside the view, a legend over it, or the bare view.  [default: all]",
)
@click.option("--title", help="[default: the landscape's]")
@click.option("--seconds", type=float, help="How long the film moves.  [default: 8]")
@click.option("--fps", type=float, help="Frames a second.  [default: 25]")
@click.option("--hold", type=float, help="Seconds for which the last frame stands.  [default: 2]")
@click.option("--loops", type=int, help="How often it plays; 0 is for ever.  [default: 0]")
@click.option("--steps-per-frame", type=float, help="An even pace in place of --seconds.")
@click.option("--frame", type=int, metavar="N", help="With a .png: frame N in place of the last one.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=str),
    help=".gif, .mp4, .webm, .webp, .png, or a folder for a PNG a frame.  [default: LANDSCAPE.gif]",
)
@quiet_option
def animate_command(output: str | None, frame: int | None, quiet: bool, **options: Any) -> None:
    """Make a film of optimizers descending LANDSCAPE ('ravine list landscapes' shows all).

    Rates that are not given are tuned to the landscape, and printed as options that reproduce them.

    \b
    Examples:
      ravine animate beale
      ravine animate rosenbrock -O adam -O "momentum:learning_rate=0.001" -o race.mp4
      ravine animate saddle --view surface --turn 60 --theme dark
      ravine animate --function "x**2 + 3*sin(y)" --domain -4 4 -6 6
      ravine animate --recipe radford-beale -o slides/beale.gif
    """
    path = Path(output) if output else default_output(options, ".gif")
    recipe = recipe_from(options)
    from ravine.cli._cache import open_film

    if frame is not None and path.suffix.lower() != ".png":
        raise click.UsageError(f"--frame chooses the frame of a .png; the output is {str(path)!r}.")
    with open_film(recipe) as film:
        # Not before: while these are loaded, the numbers are on their way.
        from ravine.cli._report import report_film, warn_of_start
        from ravine.renderer import writers

        target = output or path
        writers.check_path(target, recipe.size)
        warn_of_start(film, quiet=quiet)
        if frame is not None:
            writers.write_still(film.still(frame), path, film.frames.comment)
            said = ""
        else:
            with progress(path.name, lambda: len(film.frames), quiet=quiet) as on_frame:
                said = film.save(target, on_frame=on_frame).said
        if not quiet:
            report_film(film, path, said)
