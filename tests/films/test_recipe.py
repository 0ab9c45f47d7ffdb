"""Recipes: the shipped ones, what a recipe may hold, and what is said of one that makes no film."""

import dataclasses
import json
import math

import optax
import pytest

from ravine import gallery, landscapes, optimizers
from ravine.core.catalogue import UnknownNameError
from ravine.core.recipe import RecipeError, read_size
from ravine.films import Film, Recipe
from ravine.optimizers import Optimizer, Setting

RADFORDS = tuple(
    f"radford-{film}{era}" for film in ("beale", "long-valley", "saddle") for era in ("", "-original")
)


def complaint(build, *arguments, **values):
    """The one line with which a recipe is refused."""
    with pytest.raises(RecipeError) as raised:
        build(*arguments, **values)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    assert message.endswith((".", "?"))
    return message


@pytest.mark.parametrize("name", gallery.names())
def test_a_shipped_recipe_is_complete(name):
    recipe = gallery.load(name)
    assert recipe.title
    assert recipe.about.endswith(".")
    assert "  " not in recipe.about
    assert "\n" not in recipe.about
    assert landscapes.load(recipe.landscape).title
    film = Film(recipe)
    labels = [setting.label for setting in film.computation.settings]
    assert len(set(labels)) == len(labels) >= len(recipe.optimizers)
    (x0, x1), (y0, y1) = film.landscape.window
    x, y = film.landscape.start
    assert x0 <= x <= x1
    assert y0 <= y <= y1


def test_radfords_are_shipped():
    assert set(RADFORDS) <= set(gallery.names())


def test_names_are_sorted_and_unknown_ones_get_a_hint():
    assert list(gallery.names()) == sorted(gallery.names())
    with pytest.raises(UnknownNameError) as raised:
        gallery.load("radford-beal")
    assert "'radford-beal' is not a recipe. Did you mean 'radford-beale'?" in str(raised.value)
    assert "'ravine list recipes' shows all" in str(raised.value)


@pytest.mark.parametrize("name", gallery.names())
def test_described_reads_back(name):
    recipe = gallery.load(name)
    line = recipe.described()
    assert "\n" not in line
    assert Recipe.of(json.loads(line)) == recipe


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(seed=7, random_start=True, steps=3, rates="published"),
        Recipe(function="x**2 + y**4", domain=(-1.0, 2.0, -3.0, 4.0), start=(0.1, -1e-17), title="Größe · π"),
        Recipe(view="surface", turn=60, azimuth=-30.5, elevation=20, theme="dark", size=(320, 180)),
        Recipe(optimizers=("adam@a b:learning_rate=0.1", "sgd"), steps_per_frame=0.5, panels="none", loops=3),
        Recipe(window=(-1.0, 1.0, 0.0, 0.5), fps=12.5, hold=0, seconds=1.5, about="Watch."),
    ],
)
def test_described_holds_all_that_differs(recipe):
    assert Recipe.of(json.loads(recipe.described())) == recipe
    defaults = {field.name: field.default for field in dataclasses.fields(Recipe)}
    kept = json.loads(recipe.described())
    differing = {key for key, default in defaults.items() if getattr(recipe, key) != default}
    assert set(kept) == differing | {"seed"}


def test_replace():
    recipe = gallery.load("radford-beale")
    other = recipe.replace(steps=10, size="320x180", window=[[-1, 1], [0, 2]])
    assert (other.steps, other.size, other.window) == (10, (320, 180), (-1, 1, 0, 2))
    assert other.replace(steps=recipe.steps, size=recipe.size, window=None) == recipe
    assert "Did you mean 'steps'?" in complaint(recipe.replace, step=3)


def test_values_of_a_file_become_plain(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        'landscape = "ravine"\nsize = "640x360"\nstart = [1, -1.5]\noptimizers = ["adam"]\n', "utf-8"
    )
    recipe = gallery.load(str(path))
    assert recipe == Recipe(landscape="ravine", size=(640, 360), start=(1, -1.5), optimizers=("adam",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"steps = 0", "steps must be at least 1; got 0."),
        (b"step = 5", "Did you mean 'steps'?"),
        (b"steps = ", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (None, "cannot be read"),
    ],
)
def test_files_that_hold_no_recipe(tmp_path, content, said):
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    message = complaint(gallery.load, str(path))
    assert str(path) in message
    assert said in message


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("landscap", "beale", ("'landscap'", "'landscape'")),
        ("zzzz", 1, ("'zzzz'", "landscape, loops", "window")),
        ("theme", "drak", ("theme", "light or dark or radford", "'drak'")),
        ("theme", 3, ("theme", "light or dark or radford", "3")),
        ("view", "map", ("view", "contour or surface", "'map'")),
        ("rates", "best", ("rates", "tuned or published", "'best'")),
        ("panels", "some", ("panels", "all or legend or none", "'some'")),
        ("steps", 0, ("steps", "at least 1", "0")),
        ("steps", 2.5, ("steps", "whole", "2.5")),
        ("steps", True, ("steps", "whole", "True")),
        ("steps", "ten", ("steps", "whole", "'ten'")),
        ("seed", 0.5, ("seed", "whole", "0.5")),
        ("start", (1,), ("start", "2 finite numbers", "(1,)")),
        ("start", (1, math.nan), ("start", "finite", "nan")),
        ("start", "here", ("start", "2 finite numbers", "'here'")),
        ("window", (0, 1), ("window", "4 finite numbers", "(0, 1)")),
        ("window", (1, 0, 0, 1), ("window", "X0 < X1", "(1, 0, 0, 1)")),
        ("window", (0, 1, 2, 2), ("window", "Y0 < Y1", "(0, 1, 2, 2)")),
        ("window", (0, math.inf, 0, 1), ("window", "finite", "inf")),
        ("size", "big", ("WIDTHxHEIGHT", "1280x720", "'big'")),
        ("size", (1280,), ("size", "2 whole numbers", "(1280,)")),
        ("size", (32, 9000), ("size", "64 to 8192", "32x9000")),
        ("optimizers", (), ("at least one optimizer",)),
        ("turn", 60, ("turn", "surface", "contour")),
        ("azimuth", 60, ("azimuth", "surface", "contour")),
        ("elevation", 60, ("elevation", "surface", "contour")),
        ("seconds", "long", ("seconds", "a finite number", "'long'")),
        ("fps", math.nan, ("fps", "a finite number", "nan")),
        ("hold", None.__class__, ("hold", "a finite number")),
        ("noise", -0.1, ("noise", "at least 0", "-0.1")),
        ("noise", "much", ("noise", "a finite number", "'much'")),
        ("noise_shape", "cauchy", ("noise_shape", "normal or uniform", "'cauchy'")),
        ("batch_order", "sorted", ("batch_order", "shuffled or replacement or curriculum", "'sorted'")),
        ("early_stopping", 0, ("early_stopping", "at least 1", "0")),
        ("early_stopping", 2.5, ("early_stopping", "whole", "2.5")),
        ("clock", "seconds", ("clock", "steps or evaluations", "'seconds'")),
        ("show_vectors", "gradient", ("show_vectors", "step or newton or minimum", "'gradient'")),
        ("show_batch", 1, ("show_batch", "true or false", "1")),
        ("control", "no", ("control", "true or false", "'no'")),
        ("plot", 3, ("plot", "a word", "3")),
    ],
)
def test_a_wrong_value_of_a_recipe_is_refused(key, value, said):
    message = complaint(Recipe.of, {key: value})
    for part in said:
        assert part in message


@pytest.mark.parametrize(("key", "value"), [("show_batch", True), ("show_vectors", "step")])
def test_options_that_show_single_steps_need_the_clock_of_steps(key, value):
    said = f"{key} shows single steps: it needs clock steps; the clock is evaluations."
    assert complaint(Recipe.of, {key: value, "clock": "evaluations"}) == said
    assert getattr(Recipe.of({key: value, "clock": "steps"}), key) == value


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("title", 3, "3"),
        ("about", 5, "5"),
        ("function", 5, "5"),
        ("landscape", ["beale", "ravine"], "'ravine'"),
        ("landscape", 5, "5"),
        ("random_start", "yes", "'yes'"),
        ("optimizers", 5, "5"),
        ("optimizers", [5], "5"),
    ],
)
def test_values_of_a_wrong_kind_are_refused(key, value, named):
    # As they come out of a file that a user wrote by hand.
    def settle():
        film = Film(Recipe.of({key: value}))
        return film.landscape, film.computation.settings

    message = complaint(settle)
    assert key.removesuffix("s") in message
    assert named in message


@pytest.mark.parametrize(
    ("key", "value"),
    [("seconds", 0), ("fps", 0), ("fps", 1000), ("hold", -1), ("loops", -1), ("steps_per_frame", 0)],
)
def test_a_clock_out_of_range(key, value):
    with pytest.raises(ValueError, match=f"{key} must lie between .* and .*; got {value}"):
        Film(Recipe.of({key: value}))


def test_domain_belongs_to_a_function():
    message = complaint(lambda: Film(Recipe(domain=(0, 1, 0, 1))).landscape)
    assert "domain belongs to function" in message
    assert "window" in message


@pytest.mark.parametrize(
    ("text", "size"),
    [("1280x720", (1280, 720)), ("640X360", (640, 360)), ("640×360", (640, 360)), (" 64 x 64 ", (64, 64))],
)
def test_sizes(text, size):
    assert read_size(text) == size
    assert Recipe.of({"size": text}).size == size
    assert Recipe.of({"size": list(size)}).size == size


@pytest.mark.parametrize("text", ["", "x", "1280", "1280x", "x720", "-1x5", "1.5x2", "1280x720x3", "a×b"])
def test_texts_that_are_no_size(text):
    assert repr(text) in complaint(read_size, text)


def test_a_setting_keeps_its_place_in_a_recipe():
    setting = Setting(optimizer=optimizers.load("adam"), hyperparameters={"learning_rate": 0.1}, label="mine")
    recipe = Recipe.of({"optimizers": [setting, optax.sgd(0.1), optax.lion, Optimizer.of(optax.lion), "sgd"]})
    film = Film(recipe)
    assert film.computation.settings[0] == setting
    assert [s.label for s in film.computation.settings] == ["mine", "optax", "lion 1", "lion 2", "SGD"]
    assert json.loads(recipe.described())["seed"] == 0
