"""A progress bar on standard error, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ravine.cli._interrupt import check_interrupt


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
