"""The kinds of study: what each has to choose, and what runs it."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ravine.gallery.studies._choices import Choices


class Kind(NamedTuple):
    """A command's choices and what runs them: a function of choices and of who watches."""

    choices: "type[Choices]"
    run: Callable[..., Any]


def kind_of(command: str) -> Kind:
    """The kind of study that a command makes."""
    module = importlib.import_module(f"ravine.gallery.studies._{command}")
    return Kind(
        choices=getattr(module, f"{command.capitalize()}Choices"), run=getattr(module, f"run_{command}")
    )
