"""Writers: a stream of frames becomes a file, whole or not at all."""

import os
from collections.abc import Callable, Mapping
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Protocol

from ravine.core.atomic import OutputError as OutputError
from ravine.core.atomic import atomic_folder, atomic_write, check_folder_target, check_target
from ravine.renderer._frames import Frames, Pixels
from ravine.renderer.writers._gif import write_gif
from ravine.renderer.writers._png import encode_png as encode_png
from ravine.renderer.writers._png import write_frame_folder, write_png
from ravine.renderer.writers._video import check_video_size, write_mp4, write_webm
from ravine.renderer.writers._webp import write_webp
from ravine.renderer.writers._written import Written as Written

__all__ = ["EXTENSIONS", "OutputError", "Written", "check_path", "to_bytes", "write", "write_still"]


class _Writer(Protocol):
    def __call__(
        self, frames: Frames, file: BufferedIOBase, *, on_frame: Callable[[int], None] | None = None
    ) -> Written: ...


_WRITERS: Mapping[str, _Writer] = {
    ".gif": write_gif,
    ".mp4": write_mp4,
    ".webm": write_webm,
    ".webp": write_webp,
    ".png": write_png,
}
_VIDEOS = (".mp4", ".webm")

EXTENSIONS = tuple(_WRITERS)
"""The known kinds of file; a path without extension, or with a slash at its end, is a folder of frames."""


def write(
    frames: Frames, path: str | os.PathLike[str], *, on_frame: Callable[[int], None] | None = None
) -> Written:
    """Write a film as the kind of file that the path's extension names.

    .gif, .mp4, .webm and .webp are the film, .png is its last frame, and a folder gets every frame as
    frame-0000.png and so on. What was at `path` stays until the film is whole.

    Args:
        frames: The film.
        path: Where to.
        on_frame: Called with each frame's index when it is written.

    Returns:
        How many frames the file holds, and why where they are not the film's number.

    Raises:
        OutputError: The path or the size does not do, see `check_path`, or the encoder failed.
        OSError: The disk is full, or failed otherwise.
    """
    check_path(path, frames.size)
    if _is_folder(path):
        with atomic_folder(path) as folder:
            return write_frame_folder(frames, folder, on_frame=on_frame)
    writer = _WRITERS[_extension(path)]
    with atomic_write(path) as file:
        return writer(frames, file, on_frame=on_frame)


def write_still(pixels: Pixels, path: str | os.PathLike[str], comment: str) -> None:
    """Write one picture as PNG.

    Raises:
        OutputError: The path does not do.
        OSError: The disk is full, or failed otherwise.
    """
    if _extension(path) != ".png":
        raise OutputError(f"A still is written as PNG, and '{os.fspath(path)}' does not end in .png.")
    with atomic_write(path) as file:
        encode_png(pixels, file, comment)


def to_bytes(frames: Frames, extension: str, *, on_frame: Callable[[int], None] | None = None) -> bytes:
    """A film as `write` would put it in a file, for notebooks.

    Args:
        frames: The film.
        extension: One of `EXTENSIONS`.
        on_frame: Called with each frame's index when it is done.

    Raises:
        OutputError: The extension is not known, or the encoder failed.
    """
    if extension not in _WRITERS:
        raise OutputError(f"'{extension}' is not a known kind of film; the known ones are {_known()}.")
    file = BytesIO()
    _WRITERS[extension](frames, file, on_frame=on_frame)
    return file.getvalue()


def check_path(path: str | os.PathLike[str], size: tuple[int, int]) -> None:
    """Accept a path to which a film of `size` can be written, before any work is done for it.

    Raises:
        OutputError: The extension is not known, a video's size is odd, or the folder is missing or not
            writable.
    """
    if _is_folder(path):
        check_folder_target(path)
        return
    extension = _extension(path)
    if extension not in _WRITERS:
        raise OutputError(
            f"'{os.fspath(path)}' ends in '{extension}', which is not a known kind of film; "
            f"the known ones are {_known()}, and a name that ends in '/' for a folder of frames."
        )
    if extension in _VIDEOS:
        check_video_size(size)
    check_target(path)


def _known() -> str:
    return ", ".join(EXTENSIONS)


def _is_folder(path: str | os.PathLike[str]) -> bool:
    return os.fspath(path).endswith(("/", os.sep)) or not _extension(path)


def _extension(path: str | os.PathLike[str]) -> str:
    return Path(path).suffix.lower()
