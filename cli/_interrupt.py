"""Ctrl-C, even where Python loses it: an exception in the callback of a weak reference is only printed."""

import signal
import sys

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
