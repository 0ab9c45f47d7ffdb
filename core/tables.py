"""Records and rows as the bytes of .json, .csv and .npz files."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np


def plain(value: Any, other: Callable[[Any], Any] | None = None) -> Any:
    """A value as JSON has it: arrays as lists, and what is not finite as None.

    Args:
        value: Mappings, sequences, arrays, numbers, texts, or others within them.
        other: The replacement of a value of any other kind; itself unless given.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(part, other) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, other) for part in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist(), other)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if other is None or isinstance(value, str | int) or value is None else other(value)


def as_json(record: Mapping[str, Any], *, ascii_only: bool = False) -> bytes:
    """One line of JSON; what is not finite is null."""
    return (json.dumps(plain(record), allow_nan=False, ensure_ascii=ascii_only) + "\n").encode()


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows of cells, the header first: numbers in full precision, and what is None empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(_cells, rows))
    return text.getvalue().encode()


def _cells(row: Sequence[Any]) -> Iterator[Any]:
    for cell in row:
        value = cell.item() if isinstance(cell, np.generic) else cell
        yield "" if value is None else repr(value) if isinstance(value, float) else value


def as_npz(**arrays: Any) -> bytes:
    """Arrays under their names, none of them pickled."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def flat(value: Any, name: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Arrays under names such as path_step and curves_0_alphas; what is None is left out."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from flat(part, f"{name}_{key}" if name else key)
    elif isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in value):
        for number, part in enumerate(value):
            yield from flat(part, f"{name}_{number}")
    elif value is not None:
        yield name, np.asarray(value)
