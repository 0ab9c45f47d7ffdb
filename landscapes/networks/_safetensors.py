"""Arrays and texts in the safetensors format, from files that nobody vouches for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ravine._whole_file import PathName, whole_file

_LONGEST = 160


class SafetensorsError(ValueError):
    """A file that cannot be used; the message names it and what is wrong with it in one line."""


def write_safetensors(path: PathName, arrays: Mapping[str, np.ndarray], texts: Mapping[str, str]) -> None:
    """Write a file whole or not at all.

    Raises:
        OutputError: `path` cannot be a target.
        OSError: The disk is full, or failed otherwise.
    """
    from safetensors.numpy import save

    ordered = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    with whole_file(path) as file:
        file.write(save(ordered, dict(texts)))


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a file by their names.

    Raises:
        SafetensorsError: it is cut off, is of another format, or has numbers of a kind that NumPy has not.
    """
    with _opened(path) as file:
        return {name: _array(path, file, name) for name in file.keys()}  # noqa: SIM118


def read_safetensors_texts(path: Path) -> dict[str, str]:
    """What is written in a file beside its arrays.

    Raises:
        SafetensorsError: it is cut off or of another format.
    """
    with _opened(path) as file:
        return dict(file.metadata() or {})


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from safetensors import SafetensorError, safe_open

    try:
        file = safe_open(path, framework="np")
    except SafetensorError as error:
        raise SafetensorsError(
            f"{str(path)!r} is no safetensors file, or a damaged one ({_reason(error)}); write it anew."
        ) from None
    with file:
        yield file


def _reason(error: Exception) -> str:
    """What the library says, without the parts of the file that it quotes at length."""
    text = str(error).removeprefix("Error while deserializing header: ").partition(", expected")[0]
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:_LONGEST]


def _array(path: Path, file: Any, name: str) -> np.ndarray:
    try:
        return file.get_tensor(name)
    except Exception:
        # NumPy and its extensions lack some kinds, which shows as one of several errors.
        kind = file.get_slice(name).get_dtype()
        raise SafetensorsError(
            f"The array {name!r} in {str(path)!r} holds numbers of kind {kind}, which NumPy has not; "
            "save it as float32."
        ) from None
