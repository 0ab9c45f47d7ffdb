"""The entry of the command line: one call from the first word to the last byte."""

import os
import sys

from ravine.cli._group import ravine
from ravine.cli._terminal import watch_for_interrupts


def main() -> None:
    """Run the command line."""
    watch_for_interrupts()
    try:
        ravine(prog_name="ravine")
    except SystemExit as stop:
        _leave(stop.code if isinstance(stop.code, int) else 0)


def _leave(status: int) -> None:
    """End the process at once: to take JAX and matplotlib down in order costs up to a third of a second."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.kill()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = 1
    os._exit(status)
