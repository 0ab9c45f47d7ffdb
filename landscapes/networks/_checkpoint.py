"""The parameters of a network in a file, which is read without running anything that is in it."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ravine.core.atomic import PathName, atomic_write
from ravine.core.pytree import Params, dtype_of, is_array, is_complex, is_floating, named_leaves
from ravine.landscapes.networks._array_files import (
    NpzError,
    SafetensorsError,
    npz_names,
    read_npz,
    read_safetensors,
    read_safetensors_texts,
    write_safetensors,
)

_FACTS = "facts"
_FACTS_ARRAY = "__facts__"
_RESERVED = (_FACTS_ARRAY, "__metadata__")
_PICKLED = (".pt", ".pth", ".pkl", ".pickle", ".ckpt")
_PICKLE_STARTS = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))
_SHOWN = 6
"""The most mismatches that a message lists."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be written or read; the message says in one line what is wrong."""


def write_checkpoint(path: PathName, params: Params, *, facts: Mapping[str, object] | None = None) -> None:
    """Write parameters to a .safetensors or an .npz file, whole or not at all.

    The same parameters and facts give the same bytes.

    Args:
        path: The file's, whose ending is the format.
        params: Any pytree; its arrays are named by their paths, such as "layers.0.weight", and leaves that
            are no arrays are left out.
        facts: Facts about them, as JSON can say them.

    Raises:
        CheckpointError: the ending is another, or two leaves have the same name.
        OutputError: `path` cannot be a target.
        OSError: The disk is full, or failed otherwise.
    """
    leaves = [(name, leaf) for name, leaf in named_leaves(params)[0] if is_array(leaf)]
    arrays = {name: np.asarray(leaf) for name, leaf in leaves}
    _check_names([name for name, _ in leaves])
    text = json.dumps(dict(facts or {}), sort_keys=True)
    match Path(path).suffix.lower():
        case ".safetensors":
            write_safetensors(path, arrays, {_FACTS: text})
        case ".npz":
            _write_npz(path, {**arrays, _FACTS_ARRAY: np.frombuffer(text.encode(), np.uint8)})
        case _:
            raise CheckpointError(f"A checkpoint ends in .safetensors or .npz; got {str(path)!r}.")


def read_checkpoint(path: PathName, like: Params | None = None, *, finite: bool = True) -> Params:
    """The parameters in a .safetensors or an .npz file.

    Args:
        path: The file's.
        like: A pytree of the form that is wanted, whose arrays are replaced by those of their names.
        finite: True if NaN and infinite numbers are refused.

    Returns:
        With `like` a pytree of its structure, shapes and types. Without, the file's floating-point arrays by
        name, as float32.

    Raises:
        CheckpointError: there is no such file, it is a pickle, cut off or damaged, holds a number that is not
            finite, or does not match `like`; the message names each array that is missing, left over or of
            another shape.
    """
    arrays = _arrays(Path(path))
    shown = f"The checkpoint {str(path)!r}"
    if like is None:
        like = _as_float32(arrays, shown)
    leaves, structure = named_leaves(like)
    found = _found({name: leaf for name, leaf in leaves if is_array(leaf)}, arrays, shown)
    if finite:
        _check_finite(_floating(found), shown)
    filled = [_of_kind(found[name], leaf) if name in found else leaf for name, leaf in leaves]
    return jax.tree_util.tree_unflatten(structure, filled)


def read_facts(path: PathName) -> dict[str, Any]:
    """Read what `write_checkpoint` was told of the parameters; nothing if another program wrote the file.

    Raises:
        CheckpointError: there is no such file, it is a pickle, cut off or damaged.
    """
    path = Path(path)
    try:
        if _format(path) == ".safetensors":
            text = read_safetensors_texts(path).get(_FACTS, "{}")
        else:
            known = _FACTS_ARRAY in npz_names(path)
            text = read_npz(path, [_FACTS_ARRAY])[_FACTS_ARRAY].tobytes().decode() if known else "{}"
        facts = json.loads(text)
    except (NpzError, SafetensorsError) as error:
        raise CheckpointError(str(error)) from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, CheckpointError):
            raise
        facts = None
    if not isinstance(facts, dict):
        raise CheckpointError(
            f"The facts in the checkpoint {str(path)!r} are no JSON object; write it again."
        )
    return facts


def _check_names(names: Iterable[str]) -> None:
    known: set[str] = set(_RESERVED)
    for name in names:
        if name in known:
            raise CheckpointError(f"In a checkpoint each array has a name of its own; {name!r} is taken.")
        known.add(name)


def _write_npz(path: PathName, arrays: Mapping[str, np.ndarray]) -> None:
    """Write what `numpy.savez` would, but under any names."""
    with atomic_write(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            foreign = is_floating(array) and array.dtype.kind != "f"
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array.astype(np.float32) if foreign else array)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        if _format(path) == ".safetensors":
            return read_safetensors(path)
        arrays = read_npz(path, npz_names(path))
    except (NpzError, SafetensorsError) as error:
        raise CheckpointError(str(error)) from None
    arrays.pop(_FACTS_ARRAY, None)
    return arrays


def _format(path: Path) -> str:
    """The ending that says how a file is read."""
    if not path.is_file():
        problem = "is not an ordinary file" if path.exists() else "does not exist"
        raise CheckpointError(f"The checkpoint {str(path)!r} {problem}; name a .safetensors or an .npz file.")
    try:
        pickled = _is_pickle(path)
    except OSError as error:
        raise CheckpointError(
            f"The checkpoint {str(path)!r} cannot be read: {error.strerror or 'the system refuses it'}."
        ) from None
    ending = path.suffix.lower()
    if pickled or ending in _PICKLED:
        raise CheckpointError(
            f"The checkpoint {str(path)!r} is refused because it is a pickle, which can run any code when "
            "it is read; write it with "
            "safetensors.torch.save_file(module.state_dict(), 'name.safetensors')."
        )
    if ending not in (".safetensors", ".npz"):
        raise CheckpointError(f"A checkpoint is a .safetensors or an .npz file; got {str(path)!r}.")
    return ending


def _is_pickle(path: Path) -> bool:
    """Tell whether a file is a pickle of Python's or an archive of PyTorch's with one in it."""
    with path.open("rb") as file:
        start = file.read(9)
    if start.startswith(_PICKLE_STARTS):
        # A header of 640 bytes starts a safetensors file alike, but its length fills eight bytes.
        return not (start[4:8] == bytes(4) and start.endswith(b"{"))
    if not start.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(Path(name).name == "data.pkl" for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False


def _as_float32(arrays: Mapping[str, np.ndarray], shown: str) -> dict[str, np.ndarray]:
    for name, array in arrays.items():
        if is_complex(array):
            raise CheckpointError(
                f"{shown} holds complex numbers, in {name!r}; save real and imaginary part as two arrays."
            )
    floating = _floating(arrays)
    if not floating:
        raise CheckpointError(f"{shown} holds no arrays of floating-point numbers; save a network's weights.")
    return {name: np.empty(array.shape, np.float32) for name, array in floating.items()}


def _found(wanted: Mapping[str, Any], arrays: Mapping[str, np.ndarray], shown: str) -> dict[str, np.ndarray]:
    _check_match(wanted, arrays, shown)
    return {
        name: _as_float(arrays[name], dtype_of(leaf)) if is_floating(leaf) else arrays[name]
        for name, leaf in wanted.items()
    }


def _of_kind(array: np.ndarray, leaf: Any) -> Any:
    return jnp.asarray(array) if isinstance(leaf, jax.Array) else array


def _check_match(wanted: Mapping[str, Any], arrays: Mapping[str, np.ndarray], shown: str) -> None:
    """Name every leaf that differs.

    An integer array that is left over is let pass: frameworks count batches beside the weights.
    """
    mismatches = [f"{name!r} is missing" for name in wanted if name not in arrays]
    mismatches += [f"{name!r} is left over" for name in _floating(arrays) if name not in wanted]
    for name, leaf in wanted.items():
        if name not in arrays:
            continue
        array = arrays[name]
        if array.shape != np.shape(leaf):
            mismatches.append(f"{name!r} has the shape {array.shape} instead of {np.shape(leaf)}")
        elif not (array.dtype == dtype_of(leaf) or (is_floating(array) and is_floating(leaf))):
            mismatches.append(f"{name!r} holds {array.dtype} instead of {dtype_of(leaf)}")
    if mismatches:
        raise CheckpointError(f"{shown} is of another network: {_listed(mismatches)}.")


def _check_finite(arrays: Mapping[str, np.ndarray], shown: str) -> None:
    counts = {name: int(array.size - np.isfinite(array).sum()) for name, array in arrays.items()}
    lost = [f"{count} of {arrays[name].size} in {name!r}" for name, count in counts.items() if count]
    if lost:
        raise CheckpointError(f"{shown} holds numbers that are NaN or infinite in float32: {_listed(lost)}.")


def _listed(parts: list[str]) -> str:
    more = [f"and {len(parts) - _SHOWN} more"] if len(parts) > _SHOWN else []
    return ", ".join(parts[:_SHOWN] + more)


def _floating(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array for name, array in arrays.items() if is_floating(array)}


def _as_float(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    with np.errstate(over="ignore"):
        return array.astype(dtype)
