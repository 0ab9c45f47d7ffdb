"""The signature and the documentation of a function whose options are a recipe's fields.

A type checker reads neither at run time: it reads the stub beside the module, which is written by
`python -m ravine.core.signature MODULE...`.
"""

import ast
import importlib
import inspect
import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from ravine.core.options import Option, element_of
from ravine.core.recipe import BaseRecipe, Entry

Function = TypeVar("Function", bound=Callable[..., Any])

_WIDTH = 100
_RECIPE = "__recipe__"
_HEADER = "# Made of the recipes' fields by 'python -m ravine.core.signature {}'.\n\n"
_COMMON = {
    "collections.abc": ("Callable", "Sequence"),
    "pathlib": ("Path",),
    "typing": ("Any", "Literal"),
    "numpy.typing": ("NDArray",),
}


def lists_options_of(
    recipe: type[BaseRecipe], *, besides: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """Show the fields of a recipe in place of a function's last parameter, `**options`.

    Args:
        recipe: The recipe that the options make.
        besides: Fields that the function's other parameters stand for.
    """

    def listed(function: Function) -> Function:
        plain = inspect.signature(function)
        own = [it for it in plain.parameters.values() if it.kind is not inspect.Parameter.VAR_KEYWORD]
        taken = {*besides, *recipe.unlisted, *(it.name for it in own)}
        entries = [entry for entry in recipe.entries() if entry.name not in taken]
        made: Any = function
        made.__signature__ = plain.replace(parameters=[*own, *map(_parameter, entries)])
        made.__doc__ = _documented(function.__doc__ or "", entries)
        setattr(made, _RECIPE, tuple(entries))
        return function

    return listed


def _parameter(entry: Entry) -> inspect.Parameter:
    return inspect.Parameter(
        entry.name, inspect.Parameter.KEYWORD_ONLY, default=entry.default, annotation=entry.kind
    )


def _documented(text: str, entries: list[Entry]) -> str:
    """The docstring with a line for each option in place of that of `options`."""
    before, line, after = re.split(r"^( +options:.*\n)", text, maxsplit=1, flags=re.MULTILINE)
    indent = line[: len(line) - len(line.lstrip())]
    usual = {entry.name: default_of(entry) for entry in entries}
    lines = [
        textwrap.fill(
            f"{it.name}: {it.about.help} {it.about.python}".rstrip()
            + (f"  [default: {usual[it.name]}]" if usual[it.name] else ""),
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=f"{indent}    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for it in entries
    ]
    return before + "\n".join(lines) + "\n" + after


def default_of(entry: Entry) -> str:
    """A field's default in words; empty where there is none."""
    if entry.about.usual or entry.default is None:
        return entry.about.usual
    values = entry.default if isinstance(entry.default, tuple) else (entry.default,)
    return " ".join(f"{it:g}" if isinstance(it, float) else str(it) for it in values)


def stub_of(module: ModuleType) -> str:
    """The stub of a module: its functions that list options, with the types that they accept."""
    functions = [it for it in vars(module).values() if hasattr(it, _RECIPE)]
    body = "\n".join(_stub(function) for function in functions)
    homes = {**_COMMON, **_imports_of(Path(str(module.__file__)))}
    used = {
        home: [name for name in names if re.search(rf"\b{name}\b", body)] for home, names in homes.items()
    }
    imports = "".join(f"from {home} import {', '.join(names)}\n" for home, names in used.items() if names)
    return f"{_HEADER.format(module.__name__)}{imports}\n{body}"


def _stub(function: Any) -> str:
    kept = inspect.Parameter.VAR_POSITIONAL
    own, listed = [], {entry.name for entry in getattr(function, _RECIPE)}
    for it in function.__signature__.parameters.values():
        if it.name not in listed:
            default = "" if it.default is it.empty else f" = {it.default!r}"
            own.append(f"{'*' if it.kind is kept else ''}{it.name}: {_written(it.annotation)}{default}")
    has_several = any(line.startswith("*") for line in own)
    further = [
        f"{it.name}: {_accepted(it.kind, it.about)} = {it.default!r}" for it in getattr(function, _RECIPE)
    ]
    lines = [*own, *([] if has_several else ["*"]), *further]
    result = _written(function.__signature__.return_annotation)
    inside = "".join(f"    {line},\n" for line in lines)
    return f"def {function.__name__}(\n{inside}) -> {result}: ...\n"


def _accepted(kind: Any, about: Option) -> str:
    """The types that a field's value is read from."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        found = [_accepted(part, about) if part is not NoneType else "None" for part in parts]
        return " | ".join(dict.fromkeys(found))
    element = element_of(kind)
    found = _written(kind)
    if element is not None:
        one = _accepted(element, Option(""))
        several = f"Sequence[{one}]"
        found = several if get_origin(element) is tuple else f"{'str' if element is Any else one} | {several}"
    elif origin is tuple and set(parts) <= {int, float}:
        found = f"{found} | list[Any] | NDArray[Any]"
    return f"{found} | {about.accepts}" if about.accepts else found


def _written(kind: Any) -> str:
    """A type as it is written in Python."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, str):
        return kind
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, parts))}]"
    if origin in (Union, UnionType):
        return " | ".join(map(_written, parts))
    if origin is tuple:
        return f"tuple[{', '.join('...' if part is Ellipsis else _written(part) for part in parts)}]"
    if origin is not None:
        return "Callable[..., Any]"
    return "None" if kind in (None, NoneType) else getattr(kind, "__name__", str(kind))


def _imports_of(file: Path) -> dict[str, tuple[str, ...]]:
    """Map each module of this package to the names imported from it, for type checkers too."""
    package, homes = BaseRecipe.__module__.partition(".")[0], defaultdict[str, list[str]](list)
    for block in ast.parse(file.read_text("utf-8")).body:
        for statement in block.body if isinstance(block, ast.If) else (block,):
            if isinstance(statement, ast.ImportFrom) and f"{statement.module}".startswith(package):
                homes[f"{statement.module}"] += [alias.name for alias in statement.names]
    return {home: tuple(sorted(names)) for home, names in sorted(homes.items())}


def write_stubs(modules: list[str]) -> None:
    """Write the stub of each module beside it."""
    for name in modules:
        module = importlib.import_module(name)
        Path(str(module.__file__)).with_suffix(".pyi").write_text(stub_of(module), "utf-8")


if __name__ == "__main__":
    write_stubs(sys.argv[1:])
