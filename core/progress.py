"""Progress of long work, reported to whoever watches."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

OnDone: TypeAlias = Callable[[int], None]
Stage: TypeAlias = Callable[[str, int], AbstractContextManager[OnDone]]
"""Opens with a title and a total, and yields the function that reports how much is done so far."""


def unwatched(title: str, total: int) -> AbstractContextManager[OnDone]:
    """Report to nobody."""
    del title, total
    return nullcontext(lambda done: None)  # noqa: ARG005
