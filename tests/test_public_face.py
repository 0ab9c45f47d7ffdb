"""The functions that users call say all that they take, to help(), to a notebook and to a type checker."""

import ast
import importlib
import inspect
import pkgutil
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import optax
import pytest

import ravine
from ravine.core.catalogue import CATALOGUES, listing
from ravine.core.catalogue import UnknownNameError as UnknownName
from ravine.core.recipe import SIZE, RecipeError, read_size
from ravine.core.signature import stub_of
from ravine.films import Recipe
from ravine.optimizers._program import Lanes
from ravine.studies import COMMANDS, options_of

FUNCTIONS = {"film": Recipe, **{command: options_of(command) for command in COMMANDS}}
BY_POSITION = {"networks", "objective", "points"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_option_is_listed_with_its_default_and_its_meaning(name):
    function, recipe = getattr(ravine, name), FUNCTIONS[name]
    parameters = inspect.signature(function).parameters
    listed = {entry.name: entry for entry in recipe.entries() if entry.name not in recipe.unlisted}
    listed = {key: entry for key, entry in listed.items() if name == "film" or key not in BY_POSITION}
    assert set(parameters) - {"subject", "points"} == set(listed)
    for key, entry in listed.items():
        assert parameters[key].default == entry.default
        assert parameters[key].annotation is not inspect.Parameter.empty
        assert f"        {key}: " in function.__doc__
    assert "options" not in parameters
    assert ">>> " in function.__doc__


@pytest.mark.parametrize("name", [*FUNCTIONS, "descend"])
def test_none_takes_just_anything_by_name(name):
    parameters = inspect.signature(getattr(ravine, name)).parameters.values()
    assert inspect.Parameter.VAR_KEYWORD not in {parameter.kind for parameter in parameters}


@pytest.mark.parametrize("module", ["ravine.films._call", "ravine.studies._call"])
def test_stubs_are_those_of_the_fields(module):
    # 'python -m ravine.core.signature ravine.films._call ravine.studies._call' writes them.
    loaded = importlib.import_module(module)
    stub = Path(loaded.__file__).with_suffix(".pyi").read_text("utf-8")
    assert ast.dump(ast.parse(stub)) == ast.dump(ast.parse(stub_of(loaded)))


@pytest.mark.parametrize("recipe", FUNCTIONS.values())
def test_every_field_has_a_meaning(recipe):
    for entry in recipe.entries():
        assert entry.about.help.endswith((".", ")"))
        assert f"{entry.name}: " in "".join(base.__doc__ or "" for base in recipe.__mro__)
    assert read_size(SIZE.usual) == next(it.default for it in recipe.entries() if it.name == "size")


PACKAGES = [
    "ravine",
    *(
        module.name
        for module in pkgutil.walk_packages(ravine.__path__, "ravine.")
        if module.ispkg and module.name.split(".")[1] not in ("tests", "benchmarks", "build")
    ),
]
MACHINERY = {"Any", "TYPE_CHECKING", "importlib", "lazy_exports", "Catalogue", "Callable", "annotations"}


OF_MODULES = (
    "ravine.core",
    *(f"ravine.landscapes.{family}" for family in ("analytic", "finite_sum", "one_variable")),
    "ravine.optimizers.rules",
)
"""Packages whose face are their modules."""


@pytest.mark.parametrize("package", PACKAGES)
def test_a_face_shows_what_users_call(package):
    face = importlib.import_module(package)
    if package in OF_MODULES:
        shown = {name for name in dir(face) if not name.startswith("_")}
        assert shown <= {module.name for module in pkgutil.iter_modules(face.__path__)}
        return
    assert dir(face) == sorted(face.__all__)
    assert not set(dir(face)) & MACHINERY
    for name in dir(face):
        assert getattr(face, name) is not None


def test_the_face_of_landscapes_shows_modules_of_pytorch():
    assert {"from_torch", "params_of", "Landscape", "names", "load"} <= set(dir(ravine.landscapes))


@pytest.mark.parametrize(
    ("package", "shown"),
    [
        ("ravine", {"films", "gallery", "landscapes", "optimizers", "renderer", "studies"}),
        ("ravine", {"OutputError", "RecipeError", "UnknownNameError"}),
        ("ravine.landscapes", {"curvature", "evaluation", "geometry", "networks"}),
        ("ravine.optimizers", {"schedules", "SpecError", "HyperparameterError"}),
        ("ravine.studies", {"Connect", "Line", "Plane", "Spectrum", "Train", "Walk", "training"}),
        ("ravine.cli", {"main"}),
    ],
)
def test_a_face_shows_its_rooms_its_results_and_its_errors(package, shown):
    face = importlib.import_module(package)
    assert shown <= set(dir(face))
    for name in shown:
        assert getattr(face, name).__name__.rpartition(".")[2] == name


@pytest.mark.parametrize("error", [ravine.OutputError, ravine.RecipeError, ravine.UnknownNameError])
def test_a_mistake_of_a_user_is_a_wrong_value(error):
    assert issubclass(error, ValueError)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_study_says_which_result_it_makes(name):
    kind = getattr(ravine.studies, inspect.signature(getattr(ravine, name)).return_annotation)
    assert issubclass(kind, ravine.studies.Result)
    assert kind.__name__.lower() == name


def halved(point):
    return jax.lax.while_loop(lambda size: size > 1.0, lambda size: size / 2.0, (point**2).sum())


def _needs_a_power(learning_rate, power):
    return optax.sgd(learning_rate, power)


_moons = ravine.landscapes.load("noisy_moons")
_nothing_held_out = replace(_moons, examples=replace(_moons.examples, held_out=None))
_measuring_points = replace(ravine.landscapes.load("beale"), measures={"share": lambda point: point})


@pytest.mark.parametrize(
    ("arguments", "options", "error", "said"),
    [
        (("beal",), {}, UnknownName, "'beal' is not a landscape. Did you mean 'beale'?"),
        (("beale", "adm"), {}, ValueError, "Did you mean 'adam'?"),
        (("beale", ["adam:learning_rte=1"]), {}, ValueError, "learning_rte"),
        (("beale",), {"view": "surfce"}, RecipeError, "view must be contour or surface or curve or chart;"),
        (("beale",), {"theem": "dark"}, RecipeError, "A film has no option 'theem'. Did you mean 'theme'?"),
        (("beale",), {"start": (1,)}, RecipeError, r"start must be 2 finite numbers; got \(1,\)."),
        (("double_well",), {"start": (1, 2)}, RecipeError, "start must be x and 0; got 1 and 2."),
        (("beale",), {"domain": (0, 1, 0, 1)}, RecipeError, "domain belongs to function"),
        ((), {"function": "x +"}, ValueError, "x +"),
        (("beale",), {"view": "curve"}, RecipeError, "curve is for a loss of x alone; beale has two"),
        (("beale",), {"plot": "nonsense"}, RecipeError, "plot is loss, gradient_norm, step; got 'nonsense'."),
        (("beale", "adam"), {"plot": "learning_rate"}, RecipeError, "plot is loss, gradient_norm, step; got"),
        (("noisy_moons",), {"plot": "momentum"}, RecipeError, "accuracy, batch_loss, gradient_norm"),
        (("beale",), {"batch_size": 4}, RecipeError, "batch_size needs a landscape with examples"),
        (("noisy_moons",), {"batch_size": 10_000}, RecipeError, "batch_size must be at most"),
        (("noisy_moons",), {"noise": 0.1}, RecipeError, "noise is for landscapes without examples"),
        (("beale",), {"early_stopping": 3}, RecipeError, "early_stopping needs a landscape with examples"),
        ((_nothing_held_out,), {"early_stopping": 3}, RecipeError, "early_stopping goes by held-out"),
        (("beale",), {"show_batch": True}, RecipeError, "show_batch needs a landscape with examples"),
        (("beale",), {"batch_order": "curriculum"}, RecipeError, "batch_order needs a landscape with"),
        (
            ("beale",),
            {"view": "chart", "slices": [(0, 0, 1, 1)]},
            RecipeError,
            "chart has no room for slices",
        ),
        (("double_well",), {"view": "surface"}, RecipeError, "its view is curve; got surface."),
        (("double_well",), {"show_vectors": "step"}, RecipeError, "no room for show_vectors on double_well"),
        (
            ("double_well",),
            {"turn": 30},
            RecipeError,
            "turn moves the camera of view surface; the view is curve.",
        ),
        (("saddle",), {"show_vectors": "minimum"}, RecipeError, "saddle has no known minimum"),
        ((lambda p: p[0] + "a",), {}, RecipeError, "is not a function of one point (x, y) in jax.numpy"),
        ((lambda p: p,), {}, RecipeError, "must return one real number for a point (x, y)"),
        ((halved,), {}, RecipeError, "'halved' has no gradient in jax.numpy: "),
        ((_measuring_points,), {}, RecipeError, "'share' must return one real number"),
        (
            ("rosenbrock",),
            {"function": "x**2+y**2"},
            RecipeError,
            "got 'rosenbrock' and 'x**2+y**2': give one of them.",
        ),
        (("beale", _needs_a_power), {}, ValueError, "_needs_a_power needs a value for power."),
        (("beale",), {"fps": 121}, RecipeError, "fps must lie between 1 and 120; got 121."),
        (("beale",), {"seconds": 0}, RecipeError, "seconds must lie between 0.1 and 3600; got 0."),
        (("beale",), {"hold": -1}, RecipeError, "hold must lie between 0 and 600; got -1."),
        (("beale",), {"loops": 65_536}, RecipeError, "loops must lie between 0 and 65535; got 65536."),
        (
            ("beale",),
            {"steps_per_frame": 0},
            RecipeError,
            "steps_per_frame must lie between 0.001 and 1e+06;",
        ),
    ],
)
def test_a_mistake_is_raised_where_the_film_is_made(arguments, options, error, said):
    with pytest.raises(error) as raised:
        ravine.film(*arguments, **options)
    assert said.replace("\\", "") in str(raised.value)


def test_so_is_one_of_a_film_that_is_made_of_a_recipe():
    with pytest.raises(RecipeError, match="plot is loss, gradient_norm, step; got 'nonsense'"):
        ravine.Film(ravine.Recipe(plot="nonsense"))


def test_a_landscape_and_a_function_replace_each_other():
    recipe = Recipe(function="x**2 + y**2", domain=(-1, 1, -1, 1))
    assert recipe.replace(landscape="rosenbrock") == Recipe(landscape="rosenbrock")
    assert Recipe(landscape="rosenbrock").replace(function="x**2 + y**2") == Recipe(function="x**2 + y**2")
    assert recipe.replace(steps=3).function == recipe.function


@pytest.mark.parametrize("name", ravine.optimizers.names())
def test_the_series_of_a_rule_are_those_of_its_runs(name):
    # Without running it: what a film checks `plot` against is what a descent records.
    for text in (name, f"{name}:learning_rate=cosine(0.1,20)"):
        optimizer = ravine.optimizers.load(name)
        if text != name and not optimizer.has_rate:
            continue
        setting = ravine.optimizers.as_setting(text)
        setting = setting.with_rate(0.1) if setting.needs_rate else setting
        lanes = Lanes.of(setting, np.zeros(2), steps=3)
        assert set(setting.series) == set(lanes.program.series)


def test_making_a_film_computes_nothing(compilations):
    with compilations() as compiled:
        ravine.film("beale", ["adam", "sgd:learning_rate=0.01"])
        ravine.film(lambda point: (point**2).sum(), domain=((-1, 1), (-1, 1)), start=[0.5, 0.5])
        ravine.film(function="x**2 + y**2")
    assert compiled == []


def test_one_optimizer_may_stand_alone():
    assert ravine.film("beale", "adam").recipe == ravine.film("beale", ["adam"]).recipe


def test_each_name_is_of_one_catalogue():
    names = [name for kind in CATALOGUES for name in listing(kind).names()]
    assert len(set(names)) == len(names)
