"""What computed numbers depend on beside their own settings: this package, its libraries, the machine."""

import hashlib
import os
import platform
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import ravine

LIBRARIES = ("jax", "jaxlib", "optax", "equinox", "numpy", "scipy", "scikit-learn")

_ACCELERATORS = ("jax-cuda12-plugin", "jax-cuda13-plugin", "jax-rocm7-plugin", "jax-metal", "libtpu")
_DEVICES = ("nvidia[0-9]*", "kfd", "accel*", "vfio/[0-9]*")
"""What an accelerator is seen by without loading JAX."""

_SETTINGS = re.compile(r"(JAX|XLA)_.*")
_HARMLESS = re.compile(r".*(CACHE|LOG|DEBUG|TRACEBACK|RANK_PROMOTION).*")
"""Environment variables of JAX that change numbers, and among them those that do not."""


def makers(folders: Sequence[str], libraries: Sequence[str]) -> list[str]:
    """All that computes: this package's modules and data, libraries, the machine, and the settings of JAX.

    JAX need not be loaded for it.

    Args:
        folders: Of this package, with all below them; the modules beside them count too.
        libraries: Those that compute.
    """
    return [_digest(tuple(folders)), *map(_version, (*libraries, *_ACCELERATORS)), *_machine(), *_settings()]


@cache
def _digest(folders: tuple[str, ...]) -> str:
    (root,) = ravine.__path__
    digest = hashlib.sha256()
    inside = (path for folder in folders for path in sorted(Path(root, folder).rglob("*.*")))
    for path in (*sorted(Path(root).glob("*.py")), *inside):
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


def _version(library: str) -> str:
    with suppress(PackageNotFoundError):
        return version(library)
    return "unknown"
