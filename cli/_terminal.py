"""The terminal: progress bars, tables as wide as it is, and Ctrl-C even where Python loses it."""

import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

_asked: list[int] = []


def watch_for_interrupts() -> None:
    """Remember that an end was asked for, and do not print where Python lost that."""
    signal.signal(signal.SIGINT, _interrupt)
    sys.unraisablehook = _print_unless_asked


def _print_unless_asked(lost: "sys.UnraisableHookArgs") -> None:
    if not (_asked and isinstance(lost.exc_value, KeyboardInterrupt)):
        sys.__unraisablehook__(lost)


def _interrupt(number: int, _frame: object) -> None:
    _asked.append(number)
    raise KeyboardInterrupt


def check_interrupt() -> None:
    """End now if an end was asked for and work went on.

    Raises:
        KeyboardInterrupt: it was.
    """
    if _asked:
        raise KeyboardInterrupt


@contextmanager
def progress(title: str, total: Callable[[], int], *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Yield what is called with the number of each frame that is done; it ends the work if that was asked."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: check_interrupt()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total())

        def advance(frame: int) -> None:
            check_interrupt()
            bar.update(task, completed=frame + 1)

        yield advance


_WHERE_THERE_IS_NO_TERMINAL = 100
_NARROWEST, _WIDEST = 72, 160


def table(columns: Sequence[str], groups: Sequence[Sequence[Sequence[object]]]) -> str:
    """Rows under a heading, a blank line between groups; the last column is wrapped.

    Only the heading is set in bold, which `click.echo` leaves out where there is no terminal.

    Args:
        columns: The headings.
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
