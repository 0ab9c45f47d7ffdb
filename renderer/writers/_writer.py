"""The record of a kind of file, and the kinds that there are, known without loading any of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from ravine.core.catalogue import Catalogue

if TYPE_CHECKING:
    from io import BufferedIOBase

    from ravine.renderer._frames import Frames
    from ravine.renderer.writers._written import Written

Target = TypeVar("Target", contravariant=True)
OnFrame: TypeAlias = Callable[[int], None]


class WriteFilm(Protocol[Target]):
    """Write a film to a target; `on_frame` is called with each frame's index when it is written."""

    def __call__(
        self, frames: "Frames", target: Target, /, *, on_frame: OnFrame | None = None
    ) -> "Written": ...


@dataclass(frozen=True, kw_only=True)
class Writer(Generic[Target]):
    """A kind of file that a film becomes; the same film becomes the same bytes in every kind.

    All fields but `write` are literals: help texts and checks read them from the source (`Catalogue.facts`).

    Attributes:
        title: What the file is, in a line.
        extensions: Endings of its name in lower case, the usual one first; none of a folder's.
        still: Whether it holds one picture, the last frame of a film.
        exact: Whether each pixel comes back as it was drawn.
        even: Whether width and height must be even.
        write: Writes it to an open binary file that can be sought, or into a folder.
    """

    title: str
    extensions: tuple[str, ...]
    still: bool = False
    exact: bool = False
    even: bool = False
    write: WriteFilm[Target]

    def __post_init__(self) -> None:
        for extension in self.extensions:
            if not extension.startswith(".") or extension != extension.lower():
                raise ValueError(f"An extension is a dot and lower case, such as .gif; got {extension!r}.")


catalogue: "Catalogue[Writer[BufferedIOBase]]" = Catalogue(
    package="ravine.renderer.writers", variable="WRITER", kind="writer"
)


def writer_of(extension: str) -> "Writer[BufferedIOBase]":
    """The writer of the files that end in `extension`, one of `EXTENSIONS`."""
    return catalogue.load(_by_extension()[extension])


def listed(extensions: tuple[str, ...], last: str = "or") -> str:
    """Extensions as a text lists them, such as ".gif, .mp4 or .webm".

    Args:
        extensions: At least one.
        last: The word before the last of them.
    """
    *others, end = extensions
    return f"{', '.join(others)} {last} {end}" if others else end


@cache
def _by_extension() -> Mapping[str, str]:
    return {extension: name for name, facts in _facts() for extension in facts["extensions"]}


def _extensions(*, still: bool) -> Iterator[str]:
    for _, facts in _facts():
        if facts.get("still", False) is still:
            yield from facts["extensions"]


@cache
def _facts() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return tuple((name, catalogue.facts(name)) for name in catalogue.names())


FILM_EXTENSIONS = tuple(_extensions(still=False))
"""The endings of files that hold a film."""

STILL_EXTENSIONS = tuple(_extensions(still=True))
"""The endings of files that hold a picture: of a film, its last frame."""

EXTENSIONS = FILM_EXTENSIONS + STILL_EXTENSIONS
"""The known kinds of file; a path without extension, or with a slash at its end, is a folder of frames."""
