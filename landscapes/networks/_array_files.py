"""Arrays in .safetensors and .npz files that nobody vouches for: nothing in them is ever unpickled."""

import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from ravine.core.atomic import PathName, atomic_write

_LONGEST = 160


class SafetensorsError(ValueError):
    """A file that cannot be used; the message names it and what is wrong with it in one line."""


def write_safetensors(path: PathName, arrays: Mapping[str, np.ndarray], texts: Mapping[str, str]) -> None:
    """Write a file whole or not at all.

    Args:
        path: The file's.
        arrays: By name.
        texts: Further texts of the file, by name.

    Raises:
        OutputError: `path` cannot be a target.
        OSError: The disk is full, or failed otherwise.
    """
    from safetensors.numpy import save

    ordered = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    with atomic_write(path) as file:
        file.write(save(ordered, dict(texts)))


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a file by their names.

    Raises:
        SafetensorsError: it is cut off, is of another format, or has numbers of a kind that NumPy has not.
    """
    with _opened(path) as file:
        return {name: _array(path, file, name) for name in file.keys()}  # noqa: SIM118


def read_safetensors_texts(path: Path) -> dict[str, str]:
    """Read the texts that are written in a file beside its arrays.

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
            f"{str(path)!r} is no safetensors file, or a damaged one ({_reason(error)}); write it again."
        ) from None
    with file:
        yield file


def _reason(error: Exception) -> str:
    """Quote the library's reason, without the parts of the file that it quotes at length."""
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


LARGEST = 2**31
"""Bytes of one array."""

_ENDING = ".npy"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
    (3, 0): np.lib.format.read_array_header_2_0,
}
_PICKLE = b"\x80"
_KINDS = {"c": "complex numbers", "M": "dates", "m": "spans of time", "S": "text", "U": "text"}


class NpzError(ValueError):
    """An archive that cannot be used; the message names the file and what is wrong with it in one line."""


def npz_names(path: Path) -> tuple[str, ...]:
    """The names of an archive's arrays, in their order.

    Raises:
        NpzError: there is no such file, or it is no archive.
    """
    with _opened_archive(path) as archive:
        return tuple(name.removesuffix(_ENDING) for name in archive.namelist() if name.endswith(_ENDING))


def read_npz(path: Path, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Some arrays of an archive, as they are.

    Args:
        path: The archive's.
        names: Each one of `npz_names`.

    Raises:
        NpzError: there is no such file, it is no archive, or one of these arrays is pickled, holds something
            other than real numbers, has more than `LARGEST` bytes or is damaged.
    """
    with _opened_archive(path) as archive:
        return {name: _read_member(path, archive, name) for name in names}


@contextmanager
def _opened_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    shown = repr(str(path))
    try:
        _check_file(path)
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise NpzError(f"{shown} cannot be read: {error.strerror or 'the system refuses it'}.") from None
    except NpzError:
        raise
    except Exception:
        # Of a broken archive zipfile complains in many ways, of which it documents one.
        raise NpzError(f"The archive {shown} is damaged; write it again.") from None
    with archive:
        yield archive


def _check_file(path: Path) -> None:
    shown = repr(str(path))
    if path.is_dir():
        raise NpzError(f"{shown} is a folder; name an .npz file.")
    if not path.exists():
        raise NpzError(f"There is no file {shown}; name an .npz file.")
    if not path.is_file():
        raise NpzError(f"{shown} is not an ordinary file; name an .npz file.")
    with path.open("rb") as file:
        start = file.read(1)
        if zipfile.is_zipfile(file):
            return
    if start == _PICKLE:
        raise NpzError(
            f"{shown} seems to be a pickle, which is refused because reading one can run code; "
            "write the arrays with numpy.savez."
        )
    raise NpzError(f"{shown} is not an .npz archive, or only a part of one; write one with numpy.savez.")


def _read_member(path: Path, archive: zipfile.ZipFile, name: str) -> np.ndarray:
    try:
        info = archive.getinfo(name + _ENDING)
        if info.file_size > LARGEST:
            raise NpzError(
                f"An array that is read has at most {LARGEST} bytes; {name!r} in {str(path)!r} has "
                f"{info.file_size}: save a smaller one."
            )
        with archive.open(info) as member, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read_array(member, f"{name!r} in {str(path)!r}")
    except NpzError:
        raise
    except Exception:
        # So do its decompressors, and numpy of a header.
        raise NpzError(f"The array {name!r} in {str(path)!r} is damaged; write the file again.") from None


def _read_array(member: IO[bytes], shown: str) -> np.ndarray:
    read_header = _HEADERS[np.lib.format.read_magic(member)]
    shape, by_columns, dtype = read_header(member)
    _check_kind(dtype, shown)
    try:
        content = member.read()
    except MemoryError:
        raise NpzError(f"The array {shown} does not fit into the memory; save a smaller one.") from None
    return np.ndarray(shape, dtype, content, order="F" if by_columns else "C")


def _check_kind(dtype: np.dtype, shown: str) -> None:
    if dtype.hasobject:
        raise NpzError(
            f"The array {shown} holds Python objects, which are pickled, and reading a pickle can run code, "
            "so it is refused; save it with a dtype of numbers, such as float32."
        )
    if dtype.kind not in "biuf":
        kind = _KINDS.get(dtype.kind, "records")
        raise NpzError(f"The array {shown} holds {kind}; save real numbers, such as float32.")
