"""Films and stills as files, by the endings of their names."""

import os
from io import BytesIO
from pathlib import Path

from ravine.core.atomic import OutputError, atomic_folder, atomic_write, check_folder_target, check_target
from ravine.renderer._frames import Frames, Pixels
from ravine.renderer.writers._still import OneFrame
from ravine.renderer.writers._writer import (
    EXTENSIONS,
    STILL_EXTENSIONS,
    OnFrame,
    listed,
    writer_of,
)
from ravine.renderer.writers._written import Written
from ravine.renderer.writers.folder import WRITER as FOLDER


def write(frames: Frames, path: str | os.PathLike[str], *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as the kind of file that the path's extension names.

    `FILM_EXTENSIONS` are those of the film, `STILL_EXTENSIONS` those of its last frame, and a folder gets
    every frame as frame-0000.png and so on. What was at `path` stays until the film is whole.

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
            return FOLDER.write(frames, folder, on_frame=on_frame)
    writer = writer_of(_extension(path))
    with atomic_write(path) as file:
        return writer.write(frames, file, on_frame=on_frame)


def to_bytes(frames: Frames, extension: str, *, on_frame: OnFrame | None = None) -> bytes:
    """A film as `write` would put it in a file, for notebooks.

    Args:
        frames: The film.
        extension: One of `EXTENSIONS`.
        on_frame: Called with each frame's index when it is done.

    Raises:
        OutputError: The extension is not known, the size does not do, or the encoder failed.
    """
    if extension not in EXTENSIONS:
        raise OutputError(f"'{extension}' is not a known kind of film; the known ones are {_known()}.")
    _check_size(extension, frames.size)
    file = BytesIO()
    writer_of(extension).write(frames, file, on_frame=on_frame)
    return file.getvalue()


def write_still(pixels: Pixels, path: str | os.PathLike[str], comment: str) -> None:
    """Write one picture as the kind of file that the path's extension names.

    Args:
        pixels: The picture.
        path: The file, whose extension says how.
        comment: What made it, for the file.

    Raises:
        OutputError: The path does not do, see `check_still_path`.
        OSError: The disk is full, or failed otherwise.
    """
    check_still_path(path)
    with atomic_write(path) as file:
        writer_of(_extension(path)).write(OneFrame(pixels, comment), file)


def still_to_bytes(pixels: Pixels, extension: str, comment: str) -> bytes:
    """One picture as `write_still` would put it in a file; the extension is one of `STILL_EXTENSIONS`.

    Args:
        pixels: The picture.
        extension: One of `STILL_EXTENSIONS`.
        comment: What made it.
    """
    return to_bytes(OneFrame(pixels, comment), extension)


def check_path(path: str | os.PathLike[str], size: tuple[int, int]) -> None:
    """Accept a path to which a film of `size` can be written, before any work is done for it.

    Args:
        path: The file or the folder.
        size: Width and height in pixels.

    Raises:
        OutputError: The extension is not known, the size is odd where it must be even, or the folder is
            missing or not writable.
    """
    if _is_folder(path):
        check_folder_target(path)
        return
    extension = _extension(path)
    if extension not in EXTENSIONS:
        raise OutputError(
            f"'{os.fspath(path)}' ends in '{extension}', which is not a known kind of film; "
            f"the known ones are {_known()}, and a name that ends in '/' for a folder of frames."
        )
    _check_size(extension, size)
    check_target(path)


def check_still_path(path: str | os.PathLike[str]) -> None:
    """Accept a path to which a still can be written, before any work is done for it.

    Raises:
        OutputError: The extension is not that of a still, or the folder is missing or not writable.
    """
    if _extension(path) not in STILL_EXTENSIONS:
        raise OutputError(
            f"A still is written as {listed(STILL_EXTENSIONS)}, and '{os.fspath(path)}' ends in none of them."
        )
    check_target(path)


def _check_size(extension: str, size: tuple[int, int]) -> None:
    width, height = size
    if (width % 2 or height % 2) and writer_of(extension).even:
        raise OutputError(
            f"A video's width and height must be even, and {width}x{height} is not; "
            f"take {width + width % 2}x{height + height % 2}, or write a GIF."
        )


def _known() -> str:
    return ", ".join(EXTENSIONS)


def _is_folder(path: str | os.PathLike[str]) -> bool:
    return os.fspath(path).endswith(("/", os.sep)) or not _extension(path)


def _extension(path: str | os.PathLike[str]) -> str:
    return Path(path).suffix.lower()
