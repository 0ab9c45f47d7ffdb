"""ravine animate."""

import os
from pathlib import Path
from typing import Any

import click

from ravine.cli._command import Command
from ravine.cli._options import (
    default_output,
    film_options,
    landscape_argument,
    quiet_option,
    recipe_from,
)
from ravine.cli._terminal import progress
from ravine.renderer.writers import FILM_EXTENSIONS, STILL_EXTENSIONS, listed

_FORMATS = (
    f"A film ({listed(FILM_EXTENSIONS)}), its last frame ({listed(STILL_EXTENSIONS)}), "
    "or a folder for a PNG a frame."
)


@click.command("animate", cls=Command)
@landscape_argument
@film_options("runs", "overlays", "look")
@click.option("--frame", type=int, metavar="N", help="With a still: write frame N, not the last one.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=str),
    help=f"{_FORMATS}  [default: LANDSCAPE.gif]",
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

    is_folder = output is not None and output.endswith(("/", os.sep))
    if frame is not None and (is_folder or path.suffix.lower() not in STILL_EXTENSIONS):
        stills, given = listed(STILL_EXTENSIONS), output or str(path)
        raise click.UsageError(f"--frame chooses the frame of a still ({stills}); the output is {given!r}.")
    with open_film(recipe) as film:
        # Not before: while these are loaded, the numbers are on their way.
        from ravine.cli._report import report_film, warn_of_start
        from ravine.renderer import writers

        target = output or path
        writers.check_path(target, recipe.size)
        warn_of_start(film, quiet=quiet)
        if frame is not None:
            writers.write_still(film.still(frame), path, film.frames.comment)
            note = ""
        else:
            with progress(path.name, lambda: len(film.frames), quiet=quiet) as on_frame:
                note = film.save(target, on_frame=on_frame).note
        if not quiet:
            report_film(film, path, note)
