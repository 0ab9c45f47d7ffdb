"""A loss from the command line: an expression, or a function of the user's own module."""

import ast
import importlib
import importlib.util
import inspect
import re
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ravine.landscapes._expression import ExpressionError, nearest, parse_expression

_IN_A_MODULE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)", re.ASCII)


def load_function(text: str) -> Callable[..., Any]:
    """The function "package.module:name", where the module may lie in the current folder.

    Raises:
        ExpressionError: there is no such module, it fails, or it has no such function.
    """
    _, function = load_member(text)
    if not callable(function):
        problem = f"is not a function but of type {type(function).__name__!r}"
        module, _, name = text.partition(":")
        raise ExpressionError(repr(name), problem, text=text, column=len(module) + 2)
    return function


def load_member(text: str) -> tuple[ModuleType, Any]:
    """The module of "package.module:name" and what has the name there.

    Raises:
        ExpressionError: there is no such module, it fails, or it has nothing of this name.
    """
    match = _IN_A_MODULE.fullmatch(text)
    if match is None:
        raise ExpressionError("it", "is not 'package.module:name'", text=text, column=1)
    module, name = _import(match[1], text), match[2]
    if not hasattr(module, name):
        remedy = nearest(name, [key for key, value in vars(module).items() if callable(value)])
        problem = f"is not in the module {match[1]!r}"
        raise ExpressionError(repr(name), problem, text=text, column=match.start(2) + 1, remedy=remedy)
    return module, getattr(module, name)


def resolve_function(text: str) -> Callable[..., Any]:
    """The function that `text` gives: "package.module:name" or an expression in x and y.

    Raises:
        ExpressionError: it is neither.
    """
    name = text.strip()
    return load_function(name) if _IN_A_MODULE.fullmatch(name) else parse_expression(text)


def own_sources(module: ModuleType) -> list[Path]:
    """The files of a user's module and of all that it uses, but for those of Python and installed packages.

    Raises:
        OSError: `module` has no file.
        TypeError: `module` is built into Python.
    """
    found: dict[str, Path] = {}
    left = [module]
    while left:
        one = left.pop()
        found[one.__name__] = path = Path(inspect.getsourcefile(one) or "").resolve(strict=True)
        used = {*map(_module_name, vars(one).values()), *_imported(path.read_text("utf-8"), one)}
        left += [sys.modules[name] for name in used - set(found) if _is_own(sys.modules.get(name))]
    return sorted(set(found.values()))


def _module_name(member: Any) -> str:
    return member.__name__ if isinstance(member, ModuleType) else str(getattr(member, "__module__", ""))


def _imported(text: str, module: ModuleType) -> Iterator[str]:
    """The names that a module's text imports anywhere, of modules and of what is in them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            home = importlib.util.resolve_name(name, module.__package__) if node.level else name
            yield from (home, *(f"{home}.{alias.name}" for alias in node.names))


def _is_own(module: ModuleType | None) -> bool:
    file = getattr(module, "__file__", None)
    return bool(file) and not any(Path(file).is_relative_to(folder) for folder in _installed())


@cache
def _installed() -> tuple[Path, ...]:
    """List the folders of Python and of installed packages."""
    places = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    return (*map(Path, places), Path(__file__).parents[1])


def _import(name: str, text: str) -> ModuleType:
    try:
        with _current_folder_first():
            importlib.invalidate_caches()
            return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        remedy = ""
        problem = "cannot be imported (" + " ".join(f"{type(error).__name__}: {error}".split()) + ")"
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            problem = "cannot be found"
            remedy = "It is looked for in the current folder and among the installed packages."
            if name.endswith(".py"):
                remedy = f"A module is named without the ending: {name.removesuffix('.py')!r}."
        raise ExpressionError(repr(name), problem, text=text, column=1, remedy=remedy) from error


@contextmanager
def _current_folder_first() -> Iterator[None]:
    sys.path.insert(0, "")
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove("")
