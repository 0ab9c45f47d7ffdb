"""Exports that are imported when they are asked for, so that a package costs nothing until it is used."""

import ast
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def lazy_exports(
    package: str, file: str, *own: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make `__getattr__`, `__dir__` and `__all__` of a package from what it imports for type checkers alone.

    Each export is written once, as `from module import name as name` under `if TYPE_CHECKING:`, where type
    checkers and editors read it; at run time it is imported at its first use. A subpackage is stated as
    `from package import name as name`; one that is not is imported at its first use, too.

    Args:
        package: The package's `__name__`.
        file: Its `__file__`.
        own: The names that it assigns itself.
    """
    homes = _imports_for_types(Path(file))
    exports = sorted({*homes, *own})

    def get(name: str) -> Any:
        if homes.get(name) == package:
            return importlib.import_module(f"{package}.{name}")
        if name in homes:
            return getattr(importlib.import_module(homes[name]), name)
        if (Path(file).parent / name / "__init__.py").is_file():
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get, lambda: list(exports), exports


def _imports_for_types(file: Path) -> dict[str, str]:
    """The module of each name that is imported under `if TYPE_CHECKING:` to be exported, as itself."""
    return {
        alias.name: statement.module
        for block in ast.parse(file.read_text("utf-8")).body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom) and statement.module
        for alias in statement.names
        if alias.asname == alias.name
    }
