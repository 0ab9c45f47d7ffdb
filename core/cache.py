"""A cache on disk of computed numbers, and its keys.

Whatever determines a number is in the key that it is cached under. What cannot be told apart is not cached.

================= ======================== =========================================================
what is cached    by                       under
================= ======================== =========================================================
a film's runs     films/_worker            the fields of the recipe that are computed with, where all
                                           of them are text
a film's losses   films/_worker            the landscape's name or formula, and the grid
a training        training/_train          network, options and data; the optimizer's text, or the
                                           equations of its step; minibatches, weight decay, seed or
                                           start; but not its length, as a longer one goes on from it
a rate            training/_tuning         the same, with the examples of every step of the trials
a control point   studies/_trainings       network, data, both ends, minibatches and seed
losses, Hessians' evaluation/_evaluate and the objective: network, data and where the statistics of
extremes          curvature/_extremes      batch norm come from, or the equations of what is computed;
                                           origin, directions and points
compiled programs JAX, in this process     in films and studies: what is the catalogue's, and otherwise
                                           the equations; else the functions that were given, which are
                                           to be pure, as everywhere in JAX
compiled programs JAX, on disk             the program itself
================= ======================== =========================================================

All but compiled programs are cached under what computes, too: see `code_fingerprint`. "Text" is what a recipe
or a command line can hold, and names entries of the catalogues alone; "equations" are those of the jaxpr with
its constants: see `fingerprint`. Arrays are told by digests of bytes, types and shapes. Of a user's loss that
calls functions outside JAX, numbers are cached only where it comes from a module: under the text of that
and of all modules of the user's that it uses, and its values at both ends, where data shows.
"""

import hashlib
import json
import os
import platform
import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeAlias

import numpy as np
import platformdirs

from ravine.core.atomic import OutputError, atomic_write

Facts: TypeAlias = Mapping[str, object]
"""The inputs that numbers are computed from, by name, as JSON takes them."""

_MOST_FILES = 60


class Cache:
    """Named arrays in a folder, each under a key that tells all that they were computed from.

    What computes is a part of the key. A folder that cannot be used is done without.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, source: Facts) -> dict[str, np.ndarray] | None:
        """Load what is cached for `source`, if anything is."""
        with suppress(OSError, ValueError, EOFError, zipfile.BadZipFile):
            path = self._path(source)
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                found = dict(arrays)
            path.touch()
            return found
        return None

    def save(self, source: Facts, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep arrays for `source`, and evict the least recently used ones."""
        with suppress(OSError, OutputError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._path(source)) as file:
                np.savez(file, allow_pickle=False, **arrays)
            files = sorted(self._folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
            for path in files[:-_MOST_FILES]:
                path.unlink()

    def _path(self, source: Facts) -> Path:
        key = json.dumps([code_fingerprint(), source], sort_keys=True)
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.npz"


_LIBRARIES = ("jax", "jaxlib", "optax", "equinox", "numpy", "scipy", "scikit-learn")

_ACCELERATORS = ("jax-cuda12-plugin", "jax-cuda13-plugin", "jax-rocm7-plugin", "jax-metal", "libtpu")
_DEVICES = ("nvidia[0-9]*", "kfd", "accel*", "vfio/[0-9]*")
"""Device files that show an accelerator without loading JAX."""

_SETTINGS = re.compile(r"(JAX|XLA)_.*")
_HARMLESS = re.compile(r".*(CACHE|LOG|DEBUG|TRACEBACK|RANK_PROMOTION).*")
"""Environment variables of JAX that change numbers, and among them those that do not."""


def code_fingerprint() -> list[str]:
    """Identify all that computes: this package, libraries, the machine, and the settings of JAX.

    The package counts by its modules and data. JAX need not be loaded for it.
    """
    return [_digest_of_package(), *map(_version, (*_LIBRARIES, *_ACCELERATORS)), *_machine(), *_settings()]


@cache
def _digest_of_package() -> str:
    """A digest of every room's modules and data."""
    root = Path(__file__).parents[1]
    rooms = sorted(init.parent for init in root.glob("*/__init__.py"))
    digest = hashlib.sha256()
    for path in (root / "__init__.py", *(path for room in rooms for path in sorted(room.rglob("*.*")))):
        if path.suffix in (".py", ".csv"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _machine() -> tuple[str, str]:
    devices = sorted(path.name for pattern in _DEVICES for path in Path("/dev").glob(pattern))
    return platform.machine(), " ".join(devices)


def _settings() -> list[str]:
    return [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if _SETTINGS.fullmatch(name) and not _HARMLESS.fullmatch(name)
    ]


@cache
def _version(library: str) -> str:
    with suppress(PackageNotFoundError):
        return version(library)
    return "unknown"


def cache_folder() -> Path:
    """The user's cache folder for this tool."""
    return platformdirs.user_cache_path("ravine")
