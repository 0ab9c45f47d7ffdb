"""A folder of runs that does not grow for ever."""

import re
import shutil
from pathlib import Path

_MOST_RUNS = 120
_MOST_BYTES = 2 << 30

_NAME = re.compile(r"[0-9a-f]{40}")


def let_go(latest: Path) -> None:
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
