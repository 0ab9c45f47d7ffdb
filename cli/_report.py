"""What the commands say of a film when it is done."""

from pathlib import Path

import click

from ravine.gallery import Film


def report_film(film: Film, path: Path) -> None:
    """One line on the file, and the options that reproduce the tuned rates."""
    width, height = film.recipe.size
    size = sum(part.stat().st_size for part in (path.iterdir() if path.is_dir() else [path]))
    frames = "" if path.suffix.lower() == ".png" else f", {len(film.frames)} frames"
    click.echo(f"{path}: {width}x{height}{frames}, {size / 1000:.0f} kB")
    report_rates(film)


def report_rates(film: Film, *, err: bool = False) -> None:
    """The tuned rates as options that reproduce them, if any was tuned."""
    given = [setting.hyperparameters for setting in film.settings]
    ran = [descent.setting.hyperparameters for descent in film.descents]
    if film.recipe.rates == "tuned" and given != ran:
        options = " ".join(f"-O {_quoted(text)}" for text in film.reproducing)
        click.echo(f"Rates tuned; the same again: {options}", err=err)


def warn_of_start(film: Film, *, quiet: bool) -> None:
    """Say so if the start lies outside the landscape's domain."""
    landscape = film.landscape
    if not quiet and not landscape.contains(landscape.start):
        x, y = landscape.start
        (x0, x1), (y0, y1) = landscape.domain
        click.echo(
            f"Warning: the start ({x:g}, {y:g}) lies outside the domain "
            f"[{x0:g}, {x1:g}] x [{y0:g}, {y1:g}] of {landscape.name}.",
            err=True,
        )


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
