"""Films from Python: what may descend where, under which labels, from which start, into which file."""

import io
import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from PIL import Image

import ravine
from ravine import landscapes, optimizers
from ravine.core.atomic import OutputError
from ravine.core.catalogue import UnknownNameError
from ravine.core.recipe import RecipeError
from ravine.films import Film, Recipe
from ravine.landscapes import ExpressionError, Landscape
from ravine.optimizers import Optimizer, Setting

COMMON = ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam")


def tilted(point):
    x, y = point
    return (x - 1) ** 2 + 3 * (y + 2) ** 2 + x * y / 10


def labels(film):
    return [setting.label for setting in film.computation.settings]


def test_by_default_the_common_rules_descend_beale():
    film = ravine.film()
    assert film.landscape is landscapes.load("beale")
    assert [setting.optimizer.name for setting in film.computation.settings] == list(COMMON)
    assert film.recipe == Recipe()


def test_whatever_may_descend():
    adam = optimizers.load("adam")
    film = ravine.film(
        "beale",
        [
            "sgd@plain:learning_rate=0.01",
            adam,
            Setting(optimizer=adam, hyperparameters={"learning_rate": 0.2}, label="fast"),
            optax.sgd(0.01),
            Optimizer.of(optax.chain(optax.clip(1.0), optax.sgd(0.01)), title="clipped"),
            optax.lion,
        ],
        steps=15,
    )
    assert labels(film) == ["plain", "Adam", "fast", "optax", "clipped", "lion"]
    plain, tuned, fast, transformation, clipped, lion = film.descents
    assert plain.setting.hyperparameters == {"learning_rate": 0.01}
    np.testing.assert_allclose(transformation.points, plain.points, rtol=1e-12)
    assert fast.setting.hyperparameters == {"learning_rate": 0.2}
    np.testing.assert_allclose(np.abs(fast.points[1] - fast.points[0]), 0.2, rtol=1e-6)
    assert tuned.setting.hyperparameters["learning_rate"] > 0
    assert np.abs(np.diff(clipped.points, axis=0)).max() <= 0.01 * (1 + 1e-12)
    rate = lion.setting.hyperparameters["learning_rate"]
    np.testing.assert_allclose(np.abs(np.diff(lion.points, axis=0)), rate, rtol=0.01)
    assert lion.losses.min() < lion.losses[0]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["adam", "adam"], ["Adam 1", "Adam 2"]),
        (["adam", "sgd", "adam", "adam"], ["Adam 1", "SGD", "Adam 2", "Adam 3"]),
        (["adam@x", "sgd@x"], ["x 1", "x 2"]),
        (["adam@a", "adam@b"], ["a", "b"]),
    ],
)
def test_repeated_labels_are_numbered(given, shown):
    assert labels(ravine.film("beale", given)) == shown


def test_numbered_labels_do_not_meet_given_ones():
    shown = labels(ravine.film("beale", ["adam@x", "adam@x", "adam@x 1"]))
    assert len(set(shown)) == 3


@pytest.mark.parametrize("wrong", ["adm", "adam:rate=1", "adam:learning_rate", ""])
def test_a_wrong_optimizer_is_refused_with_its_name(wrong):
    with pytest.raises(ValueError, match=r"Optimizer|not an optimizer") as raised:
        _ = ravine.film("beale", [wrong]).computation.settings
    assert repr(wrong) in str(raised.value)


def test_an_unknown_landscape():
    with pytest.raises(
        UnknownNameError, match=r"'rosenbrok' is not a landscape\. Did you mean 'rosenbrock'\?"
    ):
        _ = ravine.film("rosenbrok").landscape


def test_a_landscape_record_under_another_window_and_start():
    ground = Landscape(
        loss=tilted,
        title="Tilted",
        equation="x",
        domain=((-3.0, 3.0), (-4.0, 4.0)),
        start=(2.0, 2.0),
        source="",
        about="",
    )
    assert ravine.film(ground).landscape is ground
    shown = ravine.film(ground, window=[0, 1, -2, 2], start=(0.5, 1)).landscape
    assert (shown.window, shown.start) == (((0.0, 1.0), (-2.0, 2.0)), (0.5, 1.0))
    assert (shown.domain, shown.loss, shown.name) == (ground.domain, tilted, "tilted")


@pytest.mark.parametrize(
    ("choices", "domain"),
    [({}, ((-5.0, 5.0), (-5.0, 5.0))), ({"domain": (0.0, 4.0, -6.0, 2.0)}, ((0.0, 4.0), (-6.0, 2.0)))],
)
def test_a_function_of_the_users_own(choices, domain):
    film = ravine.film(tilted, ["sgd", "adam"], steps=80, **choices)
    ground = film.landscape
    assert (ground.domain, ground.title, ground.name, ground.minima) == (domain, "tilted", "tilted", ())
    (x0, x1), (y0, y1) = domain
    assert x0 < ground.start[0] < x1
    assert y0 < ground.start[1] < y1
    lowest = np.linalg.solve([[2, 0.1], [0.1, 6]], [2, -12])
    assert math.dist(ground.start, lowest) > 0.4 * (x1 - x0)
    for run in film.descents:
        assert math.dist(run.points[-1], lowest) < 0.1, run.label


def test_a_formula_is_the_function():
    film = ravine.film(function="x**2 + 3*sin(y)", optimizers=["sgd:learning_rate=0.1"], steps=20)
    (run,) = film.descents
    x, y = run.points.T
    np.testing.assert_allclose(run.losses, x**2 + 3 * np.sin(y), rtol=1e-12)
    slopes = np.stack([2 * x, 3 * np.cos(y)], axis=-1)
    np.testing.assert_allclose(run.points[1:], (run.points - 0.1 * slopes)[:-1], rtol=1e-12)
    with pytest.raises(ExpressionError):
        _ = ravine.film(function="x**").landscape


def vector(point):
    return point


def one_number(point):
    return point[:1]


def pair(point):
    return point[0], point[1]


def nothing(point):
    return None


def word(point):
    return "low"


def whole(point):
    return 3


def truth(point):
    return point[0] > 0


def of_two(x, y):
    return x + y


def of_none():
    return 1.0


def with_math(point):
    return math.sin(point[0])


def with_branch(point):
    return point[0] if point[0] > 0 else point[1]


def with_numpy(point):
    return np.sin(point[0])


def never_finite(point):
    return jnp.log(-1 - point[0] ** 2)


@pytest.mark.parametrize(
    "function",
    [
        vector,
        one_number,
        pair,
        nothing,
        word,
        whole,
        truth,
        of_two,
        of_none,
        with_math,
        with_branch,
        with_numpy,
        never_finite,
    ],
)
def test_functions_that_are_no_loss(function):
    with pytest.raises(RecipeError) as raised:
        _ = ravine.film(function, ["sgd"], steps=2).descents
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    assert repr(function.__name__.replace("_", " ")) in message
    assert ("finite" in message) == (function is never_finite)


def test_the_start_of_a_function_with_holes_is_finite():
    def half(point):
        return jnp.sqrt(point[0] - 3.0) + point[1] ** 2

    film = ravine.film(half, ["sgd"], steps=2)
    assert np.isfinite(film.descents[0].losses[0])


def test_given_starts():
    assert ravine.film("beale", start=(0.5, -1)).landscape.start == (0.5, -1.0)
    assert ravine.film("beale", start=[0.5, -1]).landscape.start == (0.5, -1.0)


@pytest.mark.parametrize("name", ["beale", "long_valley", "bukin_n6", "easom"])
def test_random_starts(name):
    starts = [ravine.film(name, random_start=True, seed=seed).landscape.start for seed in range(20)]
    again = [ravine.film(name, random_start=True, seed=seed).landscape.start for seed in range(20)]
    assert starts == again
    assert len(set(starts)) == 20
    window = np.array(landscapes.load(name).window)
    assert (starts > window[:, 0]).all()
    assert (starts < window[:, 1]).all()


@pytest.mark.parametrize(
    "window",
    [
        (-1e-6, 2e-6, 5.0, 5.0 + 1e-6),
        (1e6, 1e6 + 1, -1e6, -1e6 + 1),
        (0.0, 1000.0, 0.2, 0.4),
        (0.0, 1e-9, 0.0, 1e9),
    ],
)
def test_random_starts_in_odd_windows(window):
    for seed in range(20):
        x, y = ravine.film("sphere", random_start=True, seed=seed, window=window).landscape.start
        assert window[0] < x < window[1]
        assert window[2] < y < window[3]


@pytest.mark.parametrize("name", ["double_well", "critical_points"])
def test_random_starts_of_one_variable_lie_on_its_axis(name):
    starts = [ravine.film(name, random_start=True, seed=seed).landscape.start for seed in range(20)]
    assert {y for _, y in starts} == {0.0}
    assert len({x for x, _ in starts}) == 20
    with pytest.raises(RecipeError, match=r"start must be x and 0; got 1 and 0\.5"):
        _ = ravine.film(name, start=(1, 0.5)).landscape


@pytest.fixture(scope="module")
def tiny():
    return ravine.film(
        "beale",
        ["sgd", "adam@of course"],
        steps=20,
        size=(320, 180),
        seconds=0.5,
        hold=0.2,
    )


def test_frames_are_pictures(tiny):
    assert len(tiny.frames) == 12
    first, last = tiny.still(0), tiny.still()
    assert first.shape == last.shape == (180, 320, 4)
    assert first.dtype == np.uint8
    assert (first != last).any()
    np.testing.assert_array_equal(tiny.still(11), last)
    np.testing.assert_array_equal(tiny.still(-12), first)
    for frame in (12, -13):
        with pytest.raises(IndexError, match=f"frames 0 to 11; got {frame}"):
            tiny.still(frame)


def test_the_landscape_alone_has_no_runs(tiny):
    alone = tiny.landscape_alone()
    assert alone.shape == (180, 320, 4)
    assert (alone != tiny.still(0)).any()


def test_save_gif(tiny, tmp_path):
    written = []
    tiny.save(tmp_path / "film.gif", on_frame=written.append)
    assert len(written) == 12
    with Image.open(tmp_path / "film.gif") as film:
        assert (film.format, film.size) == ("GIF", (320, 180))
        assert film.is_animated
        assert film.info["comment"].decode().startswith("ravine {")
        assert '"steps": 20' in film.info["comment"].decode()
        seconds = 0.0
        for index in range(film.n_frames):
            film.seek(index)
            film.load()
            seconds += film.info["duration"] / 1000
        assert seconds == pytest.approx(0.5 - 1 / 25 + 0.2, abs=0.03)
        shown = np.asarray(film.convert("RGB"), dtype=int)
    exact = tiny.still()[..., :3].astype(int)
    assert np.abs(shown - exact).mean() < 4.0
    tiny.save(str(tmp_path / "again.gif"))
    assert (tmp_path / "again.gif").read_bytes() == (tmp_path / "film.gif").read_bytes()


def test_save_png(tiny, tmp_path):
    tiny.save(tmp_path / "film.png")
    with Image.open(tmp_path / "film.png") as still:
        assert (still.format, still.size) == ("PNG", (320, 180))
        np.testing.assert_array_equal(np.asarray(still.convert("RGB")), tiny.still()[..., :3])


def test_unknown_endings_and_missing_folders_are_refused_before_any_work(tmp_path):
    film = ravine.film("beale", ["sgd"])
    with pytest.raises(OutputError, match=r"film\.doc"):
        film.save(tmp_path / "film.doc")
    with pytest.raises(OutputError, match="nowhere"):
        film.save(tmp_path / "nowhere" / "film.gif")
    assert "work" not in vars(film)
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_gif(tiny):
    shown = tiny._repr_mimebundle_(include=None, exclude=None)
    assert set(shown) == {"image/gif", "text/plain"}
    assert shown["text/plain"] == repr(tiny)
    assert shown["text/plain"].startswith("<Film {")
    with Image.open(io.BytesIO(shown["image/gif"])) as film:
        assert (film.format, film.size) == ("GIF", (320, 180))
        assert film.n_frames > 1
        film.seek(film.n_frames - 1)
        film.load()


def test_the_smallest_film(tmp_path):
    film = ravine.film("saddle", ["sgd:learning_rate=0.1"], steps=1, size="160x90", seconds=0.1, hold=0)
    film.save(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as written:
        assert written.size == (160, 90)


def test_the_texts_of_a_film_are_read_as_what_ran():
    def adagrad(learning_rate):
        return optax.adagrad(learning_rate, eps=1e-3)

    film = ravine.film("beale", ["adam@mine:b1=0.5", optax.lion, adagrad, optax.sgd(0.01)], steps=5)
    ran = [run.setting for run in film.descents]
    read = [optimizers.read_setting(text) for text in film.reproducing]
    assert ran[0] in read
    assert all(setting in ran for setting in read)


def test_the_comment_is_the_recipe_that_ran(tiny):
    words, _, told = tiny.frames.comment.partition(" ")
    assert words == "ravine"
    again = Film(Recipe.of(json.loads(told)))
    for run, one in zip(tiny.descents, again.descents, strict=True):
        assert run.setting == one.setting
        np.testing.assert_array_equal(run.points, one.points)


def test_the_parts_of_a_film_are_computed_once():
    calls = []

    def counted(point):
        calls.append(point)
        return jnp.sum(point**2)

    film = ravine.film(counted, ["sgd:learning_rate=0.1"], steps=2)
    # It is asked for its shape, and for no loss.
    assert all(isinstance(point, jax.core.Tracer) for point in calls)
    assert film.landscape is film.landscape
    assert film.descents is film.descents
    assert film.computation.settings is film.computation.settings


def test_a_misspelt_choice():
    with pytest.raises(RecipeError, match=r"no option 'step'\. Did you mean 'steps'\?"):
        ravine.film("beale", ["sgd"], step=3)


def test_a_function_is_filmed_as_it_is_now():
    """What it closes over may have changed since the film before."""
    weights = [1.0, 1.0]

    def bowl(point):
        return weights[0] * (point[0] - 1.0) ** 2 + weights[1] * point[1] ** 2

    record = Landscape(
        loss=bowl, title="Bowl", equation="", domain=((-2, 2), (-2, 2)), start=(2.0, 1.0), source="", about=""
    )
    for weights[0], weights[1] in ((1.0, 1.0), (5.0, 2.0)):
        for ground, choices in ((bowl, {"start": (2.0, 1.0), "domain": (-2, 2, -2, 2)}), (record, {})):
            film = ravine.film(ground, ["sgd:learning_rate=0.1"], steps=1, **choices)
            (descent,) = film.descents
            assert descent.losses[0] == weights[0] + weights[1]
            wanted = [2.0 - 0.2 * weights[0], 1.0 - 0.2 * weights[1]]
            np.testing.assert_allclose(descent.points[1], wanted, rtol=1e-12)
            (heights,) = film.computation.losses(np.array([1.0, 2.0]), np.array([0.0]))
            np.testing.assert_allclose(heights, [0.0, weights[0]], atol=1e-12)


def test_a_loss_that_comes_to_read_a_third_variable_is_refused_then():
    place = 1

    def loss(point):
        return point[0] ** 2 + point[place] ** 2

    assert len(ravine.film(loss, ["sgd:learning_rate=0.1"], steps=1).descents) == 1
    place = 2
    with pytest.raises(RecipeError, match=r"reads p\[2\]"):
        ravine.film(loss, ["sgd:learning_rate=0.1"], steps=1).descents  # noqa: B018
