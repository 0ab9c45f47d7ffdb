"""The functions that users call say all that they take, to help(), to a notebook and to a type checker."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import ravine
from ravine.core.catalogue import CATALOGUES, listing
from ravine.core.catalogue import UnknownNameError as UnknownName
from ravine.core.recipe import SIZE, RecipeError, read_size
from ravine.core.signature import stub_of
from ravine.films import Recipe
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


@pytest.mark.parametrize("package", PACKAGES)
def test_a_face_shows_what_users_call(package):
    face = importlib.import_module(package)
    if "__dir__" not in vars(face):
        return
    assert dir(face) == sorted(face.__all__)
    assert not set(dir(face)) & MACHINERY
    for name in dir(face):
        assert getattr(face, name) is not None


def test_the_face_of_landscapes_shows_modules_of_pytorch():
    assert {"from_torch", "params_of", "Landscape", "names", "load"} <= set(dir(ravine.landscapes))


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
    ],
)
def test_a_mistake_is_raised_where_the_film_is_made(arguments, options, error, said):
    with pytest.raises(error) as raised:
        ravine.film(*arguments, **options)
    assert said.replace("\\", "") in str(raised.value)


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
