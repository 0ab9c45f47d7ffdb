"""Trainings cached in a folder: the same one is not run twice, and an interrupted one goes on."""

import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from ravine.core.atomic import OutputError
from ravine.landscapes.networks import SafetensorsError
from ravine.studies.training._plan import Like, Segment, joined, read_segment, write_segment

_MOST_RUNS = 120
_MOST_BYTES = 2 << 30

_NAME = re.compile(r"[0-9a-f]{40}")


def evict(latest: Path) -> None:
    """Delete the runs that were not asked for longest, where there are too many beside the latest one.

    Raises:
        OSError: the folder cannot be read.
    """
    others = [path for path in latest.parent.iterdir() if _NAME.fullmatch(path.name) and path != latest]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    total = _size(latest)
    for number, path in enumerate(others, start=2):
        total += _size(path)
        if number > _MOST_RUNS or total > _MOST_BYTES:
            shutil.rmtree(path, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


_SECONDS = 3.0
"""Between two times that a run is saved: what is lost by a kill."""

_FILE_NAME = re.compile(r"(\d+)-(\d+)\.safetensors")


class RunCache:
    """One run in a folder of runs, a file for each of its parts, which appear whole or not at all.

    Within the block of `with` parts are saved every few seconds, and the rest as the block ends, however it
    does. A folder that cannot be used is done without, and so are files that are damaged.

    Args:
        folder: The folder of all runs; nothing is saved if None.
        key: Of this one.
        every: The number of steps between two of its saved iterates.
    """

    def __init__(self, folder: Path | None, key: str, *, every: int) -> None:
        self._folder = None if folder is None else folder / key
        self._every = every
        self._pending: list[Segment] = []
        self._saved_at = time.monotonic()

    def __enter__(self) -> "RunCache":
        return self

    def __exit__(self, *_: object) -> None:
        self._save()

    def load(self, like: Like, *, steps: int) -> Segment | None:
        """Read the saved part of the run's first `steps` steps."""
        if self._folder is None:
            return None
        found: list[Segment] = []
        while part := self._next(found[-1].last if found else 0, like, steps=steps):
            found.append(part)
        if not found:
            return None
        with suppress(OSError):
            self._folder.touch()
        return joined(found).up_to(steps)

    def add(self, segment: Segment) -> None:
        """Take up what the run came to, and save it if the last time is long ago."""
        self._pending.append(segment)
        if time.monotonic() - self._saved_at > _SECONDS:
            self._save()

    def _next(self, first: int, like: Like, *, steps: int) -> Segment | None:
        """The longest part that begins there and is of use."""
        for path, last in self._parts_from(first):
            reaches = last > steps and steps % self._every == 0
            goes_on = last == steps or (last < steps and last % self._every == 0)
            if first < min(last, steps) and (reaches or goes_on):
                with suppress(OSError, SafetensorsError):
                    return read_segment(path, first, last, like)
        return None

    def _parts_from(self, first: int) -> list[tuple[Path, int]]:
        """The files of the parts that begin there, each with where it ends; the longest first."""
        assert self._folder is not None
        named = [(path, _FILE_NAME.fullmatch(path.name)) for path in self._folder.glob("*.safetensors")]
        parts = [(path, int(name[2])) for path, name in named if name and int(name[1]) == first]
        return sorted(parts, key=lambda part: -part[1])

    def _save(self) -> None:
        if self._folder is None or not self._pending or self._pending[-1].last == 0:
            return
        with suppress(OSError, OutputError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for part in self._parts():
                write_segment(self._folder / f"{part.first:08}-{part.last:08}.safetensors", part)
            self._pending = []
            evict(self._folder)
        self._saved_at = time.monotonic()

    def _parts(self) -> list[Segment]:
        """Join what is pending to one part, or two if a longer run saves nothing at its end."""
        *before, last = self._pending
        if last.last % self._every == 0 or not before or before[-1].last == 0:
            return [joined(self._pending)]
        return [joined(before), last]
