"""ravine gallery."""

from pathlib import Path

import click

from ravine import gallery
from ravine.cli._options import quiet_option, recipes_argument
from ravine.cli._progress import progress


@click.command("gallery")
@recipes_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder for the films.  [default: this one]",
)
@quiet_option
def gallery_command(names: tuple[str, ...], output: Path, quiet: bool) -> None:
    """Make small films of the recipes NAMES, or of all ('ravine list recipes'), as GIFs.

    A film that is there already and would not change is left alone. 'ravine animate --recipe NAME' makes
    one for a slide.

    \b
    Example:
      ravine gallery radford-beale radford-saddle -o films
    """
    chosen = names or (*gallery.names(), *studies.names())
    recipes = {name: gallery.preview(gallery.load(name)) for name in chosen if name not in studies.names()}
    from ravine.cli._cache import numbers_for
    from ravine.gallery import Film
    from ravine.gallery._keep import save_if_changed
    from ravine.renderer import writers

    for name, recipe in recipes.items():
        path = output / f"{Path(name).stem}.gif"
        writers.check_path(path, recipe.size)
        with numbers_for(recipe) as numbers:
            film = Film(recipe, numbers=numbers)
            with progress(path.name, lambda film=film: len(film.frames), quiet=quiet) as on_frame:
                changed = save_if_changed(film, path, on_frame=on_frame)
        if not quiet:
            click.echo(f"{path}: {'made' if changed else 'unchanged'}, {path.stat().st_size / 1000:.0f} kB")
