"""ravine trace."""

from pathlib import Path
from typing import Any

import click

from ravine.cli._command import Command
from ravine.cli._options import film_options, landscape_argument, quiet_option, recipe_from


@click.command("trace", cls=Command)
@landscape_argument
@film_options("runs")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="PATH.json, .csv or .npz.  [default: JSON to standard output]",
)
@quiet_option
def trace_command(output: Path | None, quiet: bool, **options: Any) -> None:
    """Write the trajectories on LANDSCAPE as numbers, in full precision, the start first.

    \b
    Examples:
      ravine trace beale -O adam:learning_rate=0.1,b1=0.9 --steps 100
      ravine trace ravine --rates published -o ravine.csv
    """
    recipe = recipe_from(options)
    from ravine.cli._cache import keep_programs

    keep_programs()  # before JAX is loaded
    from ravine.cli._report import report_tuned, warn_of_start
    from ravine.core.atomic import atomic_write, check_target
    from ravine.films import Film, check_trace_path, trace_bytes

    if output:
        check_trace_path(output)
        check_target(output)
    film = Film(recipe)
    warn_of_start(film, quiet=quiet)
    content = trace_bytes(film, output.suffix.lower() if output else ".json")
    if output:
        with atomic_write(output) as file:
            file.write(content)
    else:
        click.echo(content, nl=False)
    if not quiet:
        report_tuned(film, err=True)
