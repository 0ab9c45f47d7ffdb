"""A film is written only where its picture changed."""

from pathlib import Path

from ravine._whole_file import whole_file
from ravine.gallery._film import Film, Progress
from ravine.renderer import writers


def save_if_changed(film: Film, path: Path, *, on_frame: Progress | None = None) -> bool:
    """Write the film unless the file holds these very bytes; whether it was written."""
    content = writers.to_bytes(film.frames, path.suffix.lower(), on_frame=on_frame)
    if path.is_file() and path.read_bytes() == content:
        return False
    with whole_file(path) as file:
        file.write(content)
    return True
