"""ravine show."""

from pathlib import Path
from typing import Any

import click

from ravine.cli._command import Command
from ravine.cli._options import look_options, name_argument, quiet_option
from ravine.renderer import views
from ravine.renderer.writers import STILL_EXTENSIONS, listed


@click.command("show", cls=Command)
@name_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=f"Also write a still: {listed(STILL_EXTENSIONS)}.",
)
@click.option("--view", type=click.Choice(views.names(variables=2)), help="[default: contour]")
@look_options("theme", "size")
@quiet_option
def show_command(name: str, output: Path | None, quiet: bool, **look: Any) -> None:
    """Print the equation, the facts and the paper of the landscape, optimizer, schedule or recipe NAME.

    With -o, write a still: the landscape alone, or the optimizer's way down Beale's function.

    \b
    Examples:
      ravine show adam
      ravine show himmelblau -o himmelblau.png --view surface
    """
    from ravine.cli._describe import card, still_of
    from ravine.core.catalogue import kind_of_name

    kind_of_name(name)  # refuses one that is unknown
    # To search a landscape for its critical points takes as long as to draw it.
    text = "" if quiet else card(name)
    if output:
        from ravine.cli._cache import open_film
        from ravine.renderer import writers

        writers.check_still_path(output)
        given = {key: value for key, value in look.items() if value is not None}
        pixels, comment = still_of(name, given, open_film=open_film)
        writers.write_still(pixels, output, comment)
    if not quiet:
        click.echo(text)
