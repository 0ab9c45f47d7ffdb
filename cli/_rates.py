"""The rates that were found, as options that take them again."""

import shlex
from collections.abc import Sequence

import click


def report_rates(texts: Sequence[str], *, err: bool = False) -> None:
    """One line that reproduces the optimizers of these texts."""
    options = " ".join(f"-O {shlex.quote(text)}" for text in texts)
    click.echo(f"Rates tuned; the same again: {options}", err=err)
