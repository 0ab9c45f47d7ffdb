"""The result of a study: numbers, a table and a picture, each written by the ending of a file's name."""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np

from ravine.core.atomic import OutputError, atomic_write, check_target
from ravine.core.pytree import Params, is_array, is_floating, is_key, named_leaves
from ravine.core.tables import as_csv, as_json, as_npz, flat
from ravine.studies._fixed import Fixed
from ravine.studies._options import Options
from ravine.studies._study import NUMBERS, PICTURES, Stage, options_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ravine.renderer.writers import Written


Row: TypeAlias = tuple[Any, ...]
Arrays: TypeAlias = dict[str, np.ndarray]
Chosen = TypeVar("Chosen", bound=Options)

_POLICIES = {
    "inference": "batch norm by the stored statistics",
    "recomputed": "batch norm measured anew at every point",
}

_NOT_NUMBERS = ("background", "comment", "fixed_record", "paths")

_PLAIN = "biufc"
"""The kinds of numbers that NumPy knows by itself."""


class Result(ABC, Generic[Chosen]):
    """The result of a study.

    Attributes:
        choices: Its options.
        held: The leaves of given points that are held fixed; None for networks that are trained.
    """

    choices: Chosen
    held: Fixed | None = None

    @abstractmethod
    def record(self) -> dict[str, Any]:
        """The numbers by name, as they are written to .json and, flattened, to .npz."""

    def arrays(self) -> Arrays:
        """The parameters that the numbers are of, leaf by leaf, as they stand in .npz beside the record."""
        return {}

    @abstractmethod
    def table(self) -> Iterator[Row]:
        """The rows of the .csv, the header first."""

    @abstractmethod
    def figure(self) -> "Figure":
        """The picture."""

    @property
    def seed(self) -> int:
        """Of the initial weights, the minibatches and the directions."""
        return self.choices.seed

    def subtitle(self, measured: str, *, batch_norm: str = "") -> str:
        """Network, data, the policy of batch norm where there is one, what is held fixed, and the seed."""
        caption = "" if self.held is None else self.held.caption
        parts = [measured, _POLICIES.get(batch_norm, ""), caption, f"seed {self.seed}"]
        return ", ".join(part for part in parts if part)

    @property
    def fixed(self) -> list[str]:
        """The leaves of given points that are held fixed, by name."""
        return [] if self.held is None else list(self.held.names)

    @property
    def fixed_note(self) -> str:
        """A note on the numbers, where points differ in fixed leaves."""
        return "" if self.held is None else self.held.note

    @property
    def fixed_record(self) -> dict[str, Any]:
        """The part of the record on leaves that are held fixed."""
        return {} if self.held is None else self.held.record()

    @property
    def comment(self) -> str:
        """The command that makes the files."""
        return f"ravine {type(self).__name__.lower()} {self.choices.described()}"

    def save(self, path: str | Path) -> "Written | None":
        """Write what the ending of `path` names: a picture, such as .png or .pdf, or .json, .csv or .npz.

        A .npz holds the parameters too, under their names: of a plane origin/NAME, direction_x/NAME and
        direction_y/NAME, so that origin + x direction_x + y direction_y has the loss of the grid, and
        trained/NAME; of a line and of a curve start/NAME and end/NAME, after curves_0_ and so on where there
        are several; of a spectrum point/NAME and the eigenvectors. A digest is the SHA-256 of such arrays'
        bytes in the file's order.

        Raises:
            OutputError: the folder is missing or not writable, or the ending is unknown.
            OSError: the disk is full, or failed otherwise.
        """
        check_result_path(path)
        ending = Path(path).suffix.lower()
        if ending in PICTURES:
            from ravine.renderer.figures import write_figure

            write_figure(self.figure(), path, comment=self.comment)
            return None
        content = self.to_bytes(ending)
        with atomic_write(path) as file:
            file.write(content)
        return None

    def to_bytes(self, ending: str) -> bytes:
        """The numbers as a .json, .csv or .npz file."""
        if ending == ".csv":
            return as_csv(self.table())
        if ending == ".json":
            return as_json(self.record())
        return as_npz(**dict(flat(self.record())), **self.arrays())

    if not TYPE_CHECKING:  # which knows all names, and that there are no others

        def __getattr__(self, name: str) -> Any:
            """Nothing but a message that lists the names there are."""
            known = ", ".join(_names(type(self)))
            raise AttributeError(f"A {type(self).__name__.lower()} has no {name!r}. It has {known}.")

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from ravine.renderer.figures import figure_bytes

        png = figure_bytes(self.figure(), ".png", comment=self.comment)
        return {"image/png": png, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<{self.comment}>"


def _names(kind: type[Result[Any]]) -> list[str]:
    """List the numbers of a result: its fields, and what is computed of them."""
    found = [name for base in kind.__mro__ for name, it in vars(base).items() if isinstance(it, property)]
    record: Any = kind
    named = dict.fromkeys([*found, *(field.name for field in fields(record))])
    return [name for name in named if not name.startswith("_") and name not in _NOT_NUMBERS]


class Kind(NamedTuple):
    """A command's options and what runs them: a function of options and of who watches."""

    choices: type[Options]
    run: Callable[[Options, Stage], Result[Options]]


def kind_of(command: str) -> Kind:
    """The kind of study that a command makes."""
    module = importlib.import_module(f"ravine.studies._{command}")
    return Kind(choices=options_of(command), run=getattr(module, f"run_{command}"))


def check_output(path: str | Path, choices: Options, *, films: tuple[str, ...] = ()) -> None:
    """Refuse a file that these choices cannot be written to, before any work is done for it.

    Args:
        path: The file.
        choices: Of the study.
        films: Endings of films, where the study has any.

    Raises:
        OutputError: naming what is wrong with the path.
        ValueError: the choices make no picture, or no film.
    """
    check_result_path(path, further=films)
    ending = Path(path).suffix.lower()
    if ending in PICTURES:
        from ravine.renderer.figures import check_size

        check_size(choices.size)
    elif ending in films:
        from ravine.renderer import writers

        writers.check_path(path, choices.size)
        choices.check_film()


def check_result_path(path: str | Path, *, further: tuple[str, ...] = ()) -> None:
    """Refuse a path that no result is written to.

    Args:
        path: The file.
        further: Endings that the study has besides those of all.

    Raises:
        OutputError: naming what is wrong.
    """
    known = (*PICTURES, *further, *NUMBERS)
    if Path(path).suffix.lower() not in known:
        raise OutputError(f"A study is written as {', '.join(known)}; got {str(path)!r}.")
    check_target(path)


def arrays_of(name: str, params: Params, *, moving: bool = False) -> Arrays:
    """Name the leaves of parameters as arrays, such as "origin/layers.0.weight".

    Numbers that NumPy has not, such as bfloat16, are float32. A name that is taken has its place after it.

    Args:
        name: Of the parameters.
        params: Any pytree; leaves that are no numbers are left out.
        moving: Take only leaves of real numbers, as of a direction.
    """
    arrays: Arrays = {}
    for place, (leaf_name, leaf) in enumerate(named_leaves(params)[0]):
        if is_array(leaf) and not is_key(leaf) and (is_floating(leaf) or not moving):
            key = f"{name}/{leaf_name}"
            arrays[f"{key}#{place}" if key in arrays else key] = _readable(np.asarray(leaf))
    return arrays


def trained_of(mask: Any, params: Params) -> Arrays:
    """One flag a leaf, true where it is trained, as "trained/layers.0.weight"."""
    known = arrays_of("trained", params)
    return {key: flag for key, flag in arrays_of("trained", mask).items() if key in known}


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """The SHA-256 of the arrays' bytes, one after the other, in hexadecimal digits."""
    found = sha256()
    for array in arrays.values():
        found.update(array.tobytes())
    return found.hexdigest()


def _readable(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in _PLAIN:
        return array
    return array.astype(np.float32 if is_floating(array) else np.int64)
