"""Computed numbers, kept between calls: what was computed once is not computed anew.

Whatever determines a number is in the key that it is kept under. What cannot be told apart is not kept.

================= ======================== =========================================================
what is kept      by                       under
================= ======================== =========================================================
a film's runs     gallery/_numbers         the fields of the recipe that are computed with, where all
                                           of them are text
a film's losses   gallery/_numbers         the landscape's name or formula, and the grid
a training        networks/_training       network, options and data; the optimizer's text, or the
                                           equations of its step; minibatches, weight decay, seed or
                                           start; but not its length, as a longer one goes on from it
a rate            networks/_tuning         the same, with the examples of every step of the trials
a curve's bend    gallery/studies/_bend    network, data, both ends, minibatches and seed
losses, Hessians' slices/_engine and       the objective: network, data and where the statistics of
extremes          _extremes                batch norm come from, or the equations of what is computed;
                                           origin, directions and points
compiled programs JAX, in this process     in films and studies: what is the catalogue's, and otherwise
                                           the equations; else the functions that were given, which are
                                           to be pure, as everywhere in JAX
compiled programs JAX, on disk             the program itself
================= ======================== =========================================================

All but compiled programs are kept under what computes, too: see `makers`. "Text" is what a recipe or a
command line can hold, and names entries of the catalogues alone; "equations" are those of the jaxpr with its
constants: see `fingerprint`. Arrays are told by digests of their bytes, types and shapes. Of a user's loss
that calls functions outside JAX, numbers are kept only where it comes from a module: under the text of that
and of all modules of the user's that it uses, and its values at both ends, where data shows.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ravine._whole_file import OutputError, whole_file
from ravine.landscapes._makers import LIBRARIES, makers

_MOST_FILES = 60
_COMPUTED_BY = ("landscapes", "optimizers", "gallery")


class Kept:
    """Named arrays in a folder, each under a key that tells all that they were computed from.

    What computes is a part of the key. A folder that cannot be used is done without.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, source: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
        """What was kept for `source`, if anything was."""
        with suppress(OSError, ValueError, EOFError, zipfile.BadZipFile):
            path = self._path(source)
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                found = dict(arrays)
            path.touch()
            return found
        return None

    def save(self, source: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        """Keep arrays for `source`, and let go of those that were not asked for longest."""
        with suppress(OSError, OutputError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path(source)) as file:
                np.savez(file, allow_pickle=False, **arrays)
            files = sorted(self._folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
            for path in files[:-_MOST_FILES]:
                path.unlink()

    def _path(self, source: Mapping[str, Any]) -> Path:
        told = json.dumps([makers(_COMPUTED_BY, LIBRARIES), source], sort_keys=True)
        return self._folder / f"{hashlib.sha256(told.encode()).hexdigest()[:40]}.npz"
