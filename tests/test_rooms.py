"""The house: who knows whom, read from the source with lazy imports and those for types."""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median

import ravine

ROOT = Path(ravine.__path__[0])

KNOWS = {
    "core": set(),
    "landscapes": {"core"},
    "optimizers": {"core"},
    "renderer": {"core"},
    "films": {"core", "landscapes", "optimizers", "renderer"},
    "studies": {"core", "landscapes", "optimizers", "renderer"},
    "gallery": {"core", "films", "studies"},
    "cli": {"", "core", "landscapes", "optimizers", "renderer", "films", "studies", "gallery"},
    "": {"core", "landscapes", "optimizers", "renderer", "films", "studies", "gallery"},
}
"""The rooms that each room may import; the root is the face of all."""

ENTRIES = (
    *(
        "landscapes/analytic",
        "landscapes/finite_sum",
        "landscapes/one_variable",
        "landscapes/networks/models",
    ),
    *("optimizers/rules", "optimizers/schedules"),
    *("renderer/views", "renderer/layers", "renderer/panels", "renderer/writers"),
)
MOST_LINES = 350


@cache
def modules() -> dict[str, Path]:
    rooms = [ROOT / room for room in KNOWS if room]
    files = [ROOT / "__init__.py", *(path for room in rooms for path in sorted(room.rglob("*.py")))]
    return {name_of(path): path for path in files}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("ravine", *(part for part in parts if part != "__init__")))


def is_package(module: str) -> bool:
    return modules()[module].name == "__init__.py"


def imports_in(module: str) -> Iterator[str]:
    """The modules that a module imports anywhere, those of names by the module that was written."""
    for node in ast.walk(ast.parse(modules()[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom) and node.module in modules():
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                yield below if below in modules() else node.module


@cache
def graph() -> dict[str, set[str]]:
    return {module: set(imports_in(module)) for module in modules()}


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def circle_in(edges: dict[str, set[str]]) -> list[str]:
    """The modules of one circle, the first one again at its end; none where there is no circle."""
    done: set[str] = set()
    for start in edges:
        path, left = [start], [iter(edges[start])]
        while path:
            following = next(left[-1], None)
            if following is None:
                done.add(path.pop())
                left.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                path.append(following)
                left.append(iter(edges[following]))
    return []


def test_there_is_no_circle():
    assert circle_in(graph()) == []


def test_a_circle_is_found():
    edges = {"a": {"b"}, "b": {"c", "d"}, "c": set(), "d": {"b"}}
    assert list(pairwise(circle_in(edges))) == [("b", "d"), ("d", "b")]


def test_a_room_knows_only_the_rooms_below_it():
    found = {(room_of(one), room_of(other)) for one, others in graph().items() for other in others}
    assert {(one, other) for one, other in found if one != other and other not in KNOWS[one]} == set()


def test_nobody_reaches_past_the_face_of_another_package():
    """What is underscored is for its own package and those in it."""
    reached = []
    for module, others in graph().items():
        own = module if is_package(module) else module.rpartition(".")[0]
        for other in others:
            home, _, name = other.rpartition(".")
            if name.startswith("_") and not f"{own}.".startswith(f"{home}."):
                reached.append((module, other))
    assert reached == []


def test_files_are_neither_paragraphs_nor_sagas():
    machinery = [
        path
        for path in modules().values()
        if path.name != "__init__.py"
        and not (path.parent.relative_to(ROOT).as_posix() in ENTRIES and not path.name.startswith("_"))
    ]
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in machinery
    }
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
    assert median(lines.values()) > 110
    assert sum(count < 40 for count in lines.values()) < 0.08 * len(lines)
