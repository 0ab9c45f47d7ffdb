"""What computed numbers depend on beside their own settings: this package's text and its libraries."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import ravine


def makers(folders: Sequence[str], libraries: Sequence[str]) -> list[str]:
    """A digest of the modules and data in folders of this package, and the versions of libraries."""
    return [_digest(tuple(folders)), *map(_version, libraries)]


@cache
def _digest(folders: tuple[str, ...]) -> str:
    (root,) = ravine.__path__
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(Path(root, folder).rglob("*.*")):
            if path.suffix in (".py", ".csv"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _version(library: str) -> str:
    with suppress(PackageNotFoundError):
        return version(library)
    return "unknown"
