"""A catalogue is a package with one entry a module: to add an entry is to add a file."""

import ast
import difflib
import importlib
import pkgutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast

Entry = TypeVar("Entry")


class UnknownNameError(ValueError):
    """A name that no entry has; the message gives the nearest one and where to see all."""


@dataclass(frozen=True, kw_only=True)
class Catalogue(Generic[Entry]):
    """The entries of one package or several: each module assigns one record to the variable `variable`.

    Names come from the file names and facts are read from the source, so that listing a catalogue
    imports none of its modules (nor JAX).
    """

    package: str | tuple[str, ...]
    variable: str
    kind: str

    def names(self) -> tuple[str, ...]:
        """Every entry's name, sorted."""
        return tuple(sorted(name for package in self._packages for name in _module_names(package)))

    def load(self, name: str) -> Entry:
        """The record called `name`.

        Raises:
            UnknownNameError: no entry has this name.
        """
        module = importlib.import_module(f"{self._home(name)}.{name}")
        return cast("Entry", getattr(module, self.variable))

    def holds(self, record: Any) -> bool:
        """Tell whether `record` is an entry itself, and not another one that has the name of an entry."""
        return record.name in self.names() and self.load(record.name) is record

    def facts(self, name: str) -> Mapping[str, Any]:
        """The record's literal fields, read without running the module.

        Raises:
            UnknownNameError: no entry has this name.
        """
        source = _folder(self._home(name)) / f"{name}.py"
        return _literal_fields(ast.parse(source.read_text("utf-8")), self.variable)

    @property
    def _packages(self) -> tuple[str, ...]:
        return (self.package,) if isinstance(self.package, str) else self.package

    def _home(self, name: str) -> str:
        """The package of the entry called `name`."""
        check_name(name, self.names(), kind=self.kind)
        return next(package for package in self._packages if name in _module_names(package))


def check_name(name: str, names: Iterable[str], *, kind: str) -> None:
    """Accept a known name; otherwise say which one is nearest and where all are listed.

    Raises:
        UnknownNameError: `name` is not among `names`.
    """
    known = tuple(names)
    if name in known:
        return
    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.5) or (
        difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    )
    hint = f" Did you mean {near[0]!r}?" if near else ""
    article = "an" if kind[0] in "aeiou" else "a"
    listed = f"'ravine list {kind}s' shows all {len(known)}." if kind in CATALOGUES else ""
    every = listed or f"There are {', '.join(known)}."
    raise UnknownNameError(f"{name!r} is not {article} {kind}.{hint} {every}")


CATALOGUES: Mapping[str, tuple[str, str]] = {
    "landscape": ("ravine.landscapes", "catalogue"),
    "optimizer": ("ravine.optimizers", "catalogue"),
    "schedule": ("ravine.optimizers.schedules", "catalogue"),
    "network": ("ravine.landscapes.networks", "catalogue"),
    "recipe": ("ravine.gallery", "film_recipes"),
    "study": ("ravine.gallery", "study_recipes"),
}
"""All catalogues, by the kind of their entries: the package and what it is called there."""


class Listing(Protocol):
    """Entries under names: a catalogue, or recipes in files."""

    def names(self) -> tuple[str, ...]:
        """Every entry's name, sorted."""
        ...

    def load(self, name: str, /) -> Any:
        """The entry called `name`."""
        ...

    def facts(self, name: str, /) -> Mapping[str, Any]:
        """What is to be listed of the entry called `name`."""
        ...


def listing(kind: str) -> Listing:
    """The catalogue of this kind of entry."""
    package, name = CATALOGUES[kind]
    return getattr(importlib.import_module(package), name)


def names_of(kind: str = "") -> tuple[str, ...]:
    """The names of all entries of a kind, or of every kind."""
    return tuple(name for it in ([kind] if kind else CATALOGUES) for name in listing(it).names())


def kind_of_name(name: str) -> str:
    """The kind of the entry called `name`.

    Raises:
        UnknownNameError: no entry has this name; the message gives the nearest one of all.
    """
    for kind in CATALOGUES:
        if name in listing(kind).names():
            return kind
    nearest = max(CATALOGUES, key=lambda kind: _likeness(name, names_of(kind)))
    if nearest in ("recipe", "study"):
        check_name(name, (*names_of("recipe"), *names_of("study")), kind="recipe")
    check_name(name, names_of(nearest), kind=nearest)
    raise AssertionError("An unknown name was accepted.")


def _likeness(name: str, known: tuple[str, ...]) -> float:
    return max(difflib.SequenceMatcher(None, name, other).ratio() for other in known)


def check_documented(name: str, documented: Collection[str], parameters: Collection[str]) -> None:
    """Check that a record documents every parameter that its entry has, and no other.

    Args:
        name: The entry's.
        documented: The parameters that the record documents.
        parameters: Those that the entry has.

    Raises:
        ValueError: naming a parameter that is not documented, or that there is not.
    """
    for parameter in documented:
        if parameter not in parameters:
            known = ", ".join(parameters) or "none"
            raise ValueError(f"{name} documents {parameter!r}, but has no such parameter; it has {known}.")
    for parameter in parameters:
        if parameter not in documented:
            raise ValueError(f"{name} does not document its parameter {parameter!r}: add a line on it.")


@cache
def _module_names(package: str) -> tuple[str, ...]:
    found = pkgutil.iter_modules([str(_folder(package))])
    return tuple(sorted(module.name for module in found if not module.name.startswith("_")))


@cache
def _folder(package: str) -> Path:
    (folder,) = importlib.import_module(package).__path__
    return Path(folder)


def _literal_fields(module: ast.Module, variable: str) -> dict[str, Any]:
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(keywords=keywords)) if (
                name == variable
            ):
                return {word.arg: value for word in keywords if word.arg for value in _literal(word.value)}
    raise LookupError(f"No assignment to {variable} of a record was found.")


def _literal(node: ast.expr) -> list[Any]:
    try:
        return [ast.literal_eval(node)]
    except ValueError:
        return []
