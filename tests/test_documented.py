"""Every parameter of a rule, a schedule and a network is documented once, in its record; docstrings name
what there is."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import ravine
from ravine import optimizers
from ravine.landscapes import networks
from ravine.optimizers import Optimizer, Setting, schedules

PARAMETERS = {
    "optimizer": (optimizers, "hyperparameters", lambda record: list(record.defaults)),
    "schedule": (schedules, "arguments", lambda record: [given.name for given in record.parameters]),
    "network": (networks, "options", lambda record: list(record.defaults)),
}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_every_parameter_has_a_line_in_its_record(kind):
    room, field, parameters = PARAMETERS[kind]
    for name in room.names():
        record = room.load(name)
        lines = getattr(record, field)
        assert list(lines) == parameters(record), name
        for line in lines.values():
            assert line.isprintable(), (name, line)
            assert len(line.strip()) == len(line) > 10, (name, line)
            assert line[0].islower() or line[0].isdigit() or line.startswith("Nesterov"), (name, line)
            assert not line.endswith("."), (name, line)
        assert room.catalogue.facts(name).get(field, {}) == lines, name
        assert "Args:" not in (getattr(record, "rule", None) or record.build).__doc__, name


@pytest.mark.parametrize("name", optimizers.names())
def test_words_that_are_allowed_are_told(name):
    """A parameter that is one of a few words has each of them in its line."""
    record = optimizers.load(name)
    hints = get_type_hints(record.rule)
    for key, line in record.hyperparameters.items():
        for word in get_args(hints[key]):
            if isinstance(word, str):
                assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line), (key, word)


@pytest.mark.parametrize("kind", PARAMETERS)
def test_parameters_that_do_not_exist_cannot_be_documented(kind):
    room, field, _ = PARAMETERS[kind]
    record = room.load({"optimizer": "adam", "schedule": "cosine", "network": "conv"}[kind])
    lines = getattr(record, field)
    key, *others = lines
    unknown = f"{record.name} documents 'zeta', but has no such parameter; it has {key}"
    with pytest.raises(ValueError, match=unknown):
        replace(record, **{field: {**lines, "zeta": "a number"}})
    with pytest.raises(ValueError, match=f"{record.name} does not document its parameter '{key}'"):
        replace(record, **{field: {other: lines[other] for other in others}})


def test_a_rule_of_ones_own_needs_no_lines():
    assert Optimizer.of(optimizers.load("adam").rule).hyperparameters == {}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"unconnected": ("worker",)}, "sgd has no marker 'worker'; its markers are none."),
        ({"marker_kinds": {"slow": "point"}}, "sgd has no marker 'slow'"),
        ({"markers": {"slow": "slow"}, "marker_kinds": {"slow": "ring"}}, "one of worker, read, look-ahead"),
        ({"step_form": "heavy ball"}, "name its hyper-parameter, or the series that holds it, momentum"),
    ],
)
def test_facts_that_contradict_each_other_are_refused(facts, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        replace(optimizers.load("sgd"), **facts)


def test_kinds_of_markers_come_from_the_rule_inside_too():
    inside = Setting(
        optimizer=optimizers.load("lookahead"), hyperparameters={"inner": optimizers.load("nesterov")}
    )
    assert inside.marker_kinds == {"look-ahead": "look-ahead", "slow": "point"}


MODULES = [
    module.name
    for module in pkgutil.walk_packages(ravine.__path__, "ravine.")
    if module.name.split(".")[1] not in ("tests", "benchmarks", "build")
]


def section(node: ast.AST, title: str) -> list[str]:
    """The names that a section of a docstring explains."""
    _, found, rest = (ast.get_docstring(node) or "").partition(f"{title}:\n")
    lines = rest.splitlines() if found else []
    end = next((place for place, line in enumerate(lines) if line and not line.startswith(" ")), len(lines))
    return re.findall(r"^    \*{0,2}(\w+): ", "\n".join(lines[:end]), re.MULTILINE)


def misnamed(source: str) -> Iterator[tuple[str, str]]:
    """Each function or class, with a name that its docstring explains and that it has not."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            known = parameters(node)
            yield from ((node.name, name) for name in section(node, "Args") if name not in known)
        if isinstance(node, ast.ClassDef):
            known = members(node)
            explained = (*section(node, "Attributes"), *section(node, "Args"))
            yield from ((node.name, name) for name in explained if name not in known)


def parameters(function: ast.FunctionDef) -> set[str]:
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return {it.arg for it in every if it}


def members(record: ast.ClassDef) -> set[str]:
    """The fields and properties, what methods assign, and the parameters that an instance is made with."""
    known: set[str] = set()
    for node in ast.walk(record):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                known.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                known.add(name)
            case ast.FunctionDef(name=name):
                known |= {name, *(parameters(node) if name == "__init__" else ())}
    return known


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_explain_what_there_is(module):
    path = importlib.util.find_spec(module).origin
    assert list(misnamed(Path(path).read_text("utf-8"))) == []


def test_what_there_is_not_is_found():
    source = '''
def f(x):
    """Say.

    Args:
        y: None such.
        x: One.

    Raises:
        ValueError: never.
    """

class C:
    """Say.

    Attributes:
        knee: None such.
        bend: One.
    """

    bend: int
'''
    assert list(misnamed(source)) == [("f", "y"), ("C", "knee")]


INNER = tuple(f"ravine.renderer.{room}" for room in ("canvas", "layers", "panels", "plots", "style", "views"))
"""What the renderer's rooms do for each other."""

FACES = [module for module in MODULES if "._" not in module and not module.startswith(INNER)]


@pytest.mark.parametrize("face", FACES)
def test_a_function_of_several_parameters_explains_each(face):
    module = importlib.import_module(face)
    for name in getattr(module, "__all__", ()):
        function = getattr(module, name)
        if not inspect.isfunction(function):
            continue
        needed = set(inspect.signature(function).parameters)
        _, _, args = (function.__doc__ or "").partition("Args:\n")
        explained = set(re.findall(r"^ +\*{0,2}(\w+): ", args, re.MULTILINE))
        assert len(needed) < 2 or needed <= explained, f"{name} does not explain {needed - explained}"


@pytest.mark.parametrize("name", [it for it in ravine.__all__ if callable(getattr(ravine, it))])
def test_what_a_user_calls_has_an_example(name):
    called = getattr(ravine, name)
    if not (isinstance(called, type) and issubclass(called, Exception)):
        assert ">>> " in called.__doc__
