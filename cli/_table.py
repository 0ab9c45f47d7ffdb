"""A table in plain text, as wide as the terminal."""

import shutil
import textwrap
from collections.abc import Sequence

import click

_WHERE_THERE_IS_NO_TERMINAL = 100
_NARROWEST, _WIDEST = 72, 160


def table(columns: Sequence[str], groups: Sequence[Sequence[Sequence[object]]]) -> str:
    """Rows under a heading, a blank line between groups; the last column is wrapped.

    Only the heading is set in bold, which `click.echo` leaves out where there is no terminal.

    Args:
        columns: What the heading says.
        groups: Of rows, which have a value for each column.
    """
    rows = [[[str(value) for value in row] for row in group] for group in groups]
    widths = [
        max(len(text) for text in column)
        for column in zip(columns, *(row for group in rows for row in group), strict=True)
    ]
    fixed = sum(widths[:-1]) + 2 * len(widths[:-1])
    last = max(_width() - fixed, 20)

    def lines(row: Sequence[str]) -> list[str]:
        cells = "".join(f"{text:<{width}}  " for text, width in zip(row[:-1], widths, strict=False))
        wrapped = textwrap.wrap(row[-1], last, break_long_words=False, break_on_hyphens=False)
        first, *others = wrapped or [""]
        return [f"{cells}{first}".rstrip(), *(" " * fixed + other for other in others)]

    heading = click.style("\n".join(lines([name.upper() for name in columns])), bold=True)
    bodies = ("\n".join(line for row in group for line in lines(row)) for group in rows)
    return f"{heading}\n" + "\n\n".join(bodies)


def _width() -> int:
    columns = shutil.get_terminal_size((_WHERE_THERE_IS_NO_TERMINAL, 24)).columns
    return min(max(columns, _NARROWEST), _WIDEST)
