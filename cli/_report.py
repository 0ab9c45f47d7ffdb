"""The lines that commands print of a film when it is done."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ravine.renderer.writers import STILL_EXTENSIONS

if TYPE_CHECKING:
    from ravine.films import Film


def report_rates(texts: Sequence[str], *, err: bool = False) -> None:
    """One line that reproduces the optimizers of these texts."""
    options = " ".join(f"-O {shlex.quote(text)}" for text in texts)
    click.echo(f"Rates tuned; the same again: {options}", err=err)


def report_film(film: "Film", path: Path, note: str) -> None:
    """One line on the file, with the note on its frames, and the options that reproduce the tuned rates."""
    width, height = film.recipe.size
    size = sum(part.stat().st_size for part in (path.iterdir() if path.is_dir() else [path]))
    frames = "" if path.suffix.lower() in STILL_EXTENSIONS else f", {note}"
    click.echo(f"{path}: {width}x{height}{frames}, {size / 1000:.0f} kB")
    report_tuned(film)


def report_tuned(film: "Film", *, err: bool = False) -> None:
    """The tuned rates as options that reproduce them, if any was tuned."""
    if film.data.tuned:
        report_rates(film.reproducing, err=err)


def warn_of_start(film: "Film", *, quiet: bool) -> None:
    """Say so if the start lies outside the landscape's domain."""
    data = film.data
    if not quiet and data.outside:
        (x, y), ((x0, x1), (y0, y1)) = data.background.start, data.domain
        click.echo(
            f"Warning: the start ({x:g}, {y:g}) lies outside the domain "
            f"[{x0:g}, {x1:g}] x [{y0:g}, {y1:g}] of {data.name}.",
            err=True,
        )
