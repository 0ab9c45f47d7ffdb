"""ravine gallery."""

from pathlib import Path

import click

from ravine import gallery, studies
from ravine.cli._command import Command
from ravine.cli._options import quiet_option, recipes_argument
from ravine.cli._terminal import progress


@click.command("gallery", cls=Command)
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
    """Make small films and pictures of the recipes NAMES, or of all ('ravine list recipes').

    A film that is there already and would not change is left alone. 'ravine animate --recipe NAME' makes
    one for a slide, as 'ravine line --recipe NAME' and its like make a picture.

    \b
    Example:
      ravine gallery radford-beale radford-saddle -o films
    """
    chosen = names or (*gallery.names(), *gallery.study_names())
    recipes = {
        name: gallery.preview(gallery.load(name)) for name in chosen if name not in gallery.study_names()
    }
    from ravine.cli._cache import open_film
    from ravine.films import save_if_changed
    from ravine.renderer import writers

    for name in chosen:
        if name in gallery.study_names():
            _make_study(name, output, quiet=quiet)
    for name, recipe in recipes.items():
        path = output / f"{Path(name).stem}.gif"
        writers.check_path(path, recipe.size)
        with (
            open_film(recipe) as film,
            progress(path.name, lambda film=film: len(film.frames), quiet=quiet) as on_frame,
        ):
            changed = save_if_changed(film, path, on_frame=on_frame)
        if not quiet:
            click.echo(f"{path}: {'made' if changed else 'unchanged'}, {path.stat().st_size / 1000:.0f} kB")


def _make_study(name: str, folder: Path, *, quiet: bool) -> None:
    """The picture or the film of a study of networks."""
    study = gallery.load_study(name)
    path = folder / f"{name}{study.ending}"
    from ravine.cli._cache import keep_programs

    keep_programs()  # before JAX is loaded
    from ravine.cli._study import save_result, stage
    from ravine.studies import check_result_path, kind_of

    check_result_path(path, further=studies.FILMS)
    kind = kind_of(study.command)
    result = kind.run(studies.preview(kind.choices.of(study.choices), film=study.film), stage(quiet=quiet))
    save_result(result, path, quiet=quiet)
    if not quiet:
        click.echo(f"{path}: made, {path.stat().st_size / 1000:.0f} kB")
