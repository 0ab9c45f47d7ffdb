"""ravine show."""

from pathlib import Path

import click

from ravine.cli._options import SizeType, name_argument, quiet_option


@click.command("show")
@name_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write a still: PATH.png.")
@click.option("--view", type=click.Choice(["contour", "surface"]), default="contour", show_default=True)
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@click.option("--size", type=SizeType(), default="1280x720", show_default=True)
@quiet_option
def show_command(
    name: str, output: Path | None, view: str, theme: str, size: tuple[int, int], quiet: bool
) -> None:
    """Print the equation, the facts and the paper of the landscape, optimizer or recipe NAME.

    With -o, write a still: the landscape alone, or the optimizer's way down Beale's function.

    \b
    Examples:
      ravine show adam
      ravine show himmelblau -o himmelblau.png --view surface
    """
    from ravine.gallery._card import card, still_of

    text = card(name)
    if output:
        from ravine.cli._cache import numbers_for
        from ravine.renderer import writers

        if output.suffix.lower() != ".png":
            raise click.UsageError(f"A still is a .png; got {str(output)!r}.")
        writers.check_path(output, size)
        pixels, comment = still_of(name, view=view, theme=theme, size=size, numbers_for=numbers_for)
        writers.write_still(pixels, output, comment)
    if not quiet:
        click.echo(text)
